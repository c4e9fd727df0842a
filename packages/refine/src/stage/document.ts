/** What is seldom asked for, and read then. */
export interface DocumentRows {
  id(row: number): string
  columns(row: number): Readonly<Record<string, unknown>>
}

/**
 * A document on its way through a refining stage: its text as bytes where they lie, and as a string for those who ask. It is
 * valid until the judge returns (or resolves); the next document takes its place.
 */
export class Document {
  /** UTF-8, with the text of other documents around it: `start` to `end` is this one's. */
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  source = ''
  /** 0, 1, 2 … for the parts of a long one. */
  part = 0
  /** Whether this is all of it, or its last part. */
  last = true
  lang: string | undefined
  /** How often the source had been read through before, where a run repeats it. */
  epoch = 0
  /** Place among the documents of its source in this epoch, as they reach the stage. */
  ordinal = 0
  #text: string | undefined
  #rows: DocumentRows | undefined
  #row = 0

  get id(): string {
    return this.#rows?.id(this.#row) ?? ''
  }

  /** What the other columns hold, read when asked for: `url`, `created`, `metadata` and whatever else there is. */
  get columns(): Readonly<Record<string, unknown>> {
    return this.#rows?.columns(this.#row) ?? {}
  }

  get text(): string {
    this.#text ??= Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString(
      'utf8',
      this.start,
      this.end,
    )
    return this.#text
  }

  /** Bytes of text. */
  get size(): number {
    return this.end - this.start
  }

  /** Puts it over another text. */
  place(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.#text = undefined
  }

  /** Says which row it is over. */
  of(rows: DocumentRows, row: number): void {
    this.#rows = rows
    this.#row = row
  }
}
