/**
 * Memory that is used again once what was in it has been read. New memory for each piece is what the engine counts until it collects, and
 * a collection, for all that it looks at, costs more than what the pieces hold.
 */
export class Rooms {
  readonly #most: number
  readonly #largest: number
  readonly #rooms: ArrayBuffer[] = []

  /**
   * @param most rooms that are kept
   * @param largest bytes over which a room is not kept: it may have been the only one of its size
   */
  constructor(most: number, largest: number) {
    this.#most = most
    this.#largest = largest
  }

  give(room: ArrayBuffer): void {
    if (room.byteLength <= this.#largest && this.#rooms.length < this.#most) this.#rooms.push(room)
  }

  take(): ArrayBuffer | undefined {
    return this.#rooms.pop()
  }
}
