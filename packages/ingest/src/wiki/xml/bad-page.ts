/** A page that cannot be read; `at` is where, in the bytes that were looked at. */
export class BadPage extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.name = 'BadPage'
    this.at = at
  }
}
