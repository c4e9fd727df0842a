/** Why a block could not be decoded. `short`: its bytes end too early, and with more of them it might be whole. */
export class BlockFault extends Error {
  readonly short: boolean

  constructor(message: string, short = false) {
    super(message)
    this.name = 'BlockFault'
    this.short = short
  }
}
