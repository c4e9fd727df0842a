import type { Documents } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import { type Counter, count } from './counts.ts'
import type { Document } from './document.ts'
import type { Fate, Progress } from './progress.ts'
import type { Rejects } from './rejects.ts'
import { replaceValues } from './replace.ts'
import { Rows } from './rows.ts'
import { takeRows } from './take.ts'
import type { Verdict } from './verdict.ts'

/** One batch on its way through a stage: puts a document over each row in turn, takes the verdicts, and makes the batch that goes on. */
export class BatchWork {
  readonly #batch: RecordBatch<Documents>
  readonly #document: Document
  readonly #progress: Progress
  readonly #counter: Counter
  readonly #rejects: Rejects | undefined
  readonly #rows: Rows
  readonly #kept: Int32Array
  #count = 0
  #row = -1
  #fate: Fate | undefined
  readonly #texts = new Map<number, string | Uint8Array>()
  readonly #langs = new Map<number, string>()

  constructor(
    batch: RecordBatch<Documents>,
    options: { document: Document; progress: Progress; counter: Counter; rejects: Rejects | undefined },
  ) {
    this.#batch = batch
    this.#document = options.document
    this.#progress = options.progress
    this.#counter = options.counter
    this.#rejects = options.rejects
    this.#rows = new Rows(batch)
    this.#kept = new Int32Array(batch.numRows)
  }

  /** Goes to the next row. @returns false after the last */
  next(): boolean {
    const row = ++this.#row
    if (row >= this.#batch.numRows) return false
    const document = this.#document
    this.#rows.put(document, row)
    document.source = this.#progress.source(document.source)
    if (document.part === 0) this.#progress.begin(document)
    this.#fate = document.part === 0 ? undefined : this.#progress.fate(document.source)
    return true
  }

  /** Whether the document at this row was judged by an earlier part of it. */
  get decided(): boolean {
    return this.#fate !== undefined
  }

  /** Takes what was said of this row, and passes on to its other parts what concerns them. */
  take(verdict: Verdict): void {
    const document = this.#document
    const first = this.#fate === undefined
    const fate = this.#fate ?? fateOf(verdict)
    if (first && !document.last) this.#progress.decide(document.source, fate)
    else if (document.last && document.part > 0) this.#progress.forget(document.source)
    const counts = this.#counter.of(document.source)
    if (first) counts.documents++
    counts.bytes += document.size
    if (fate.drop !== undefined) {
      if (first) count(counts.dropped, fate.drop)
      if (document.epoch === 0) this.#rejects?.add(document, fate.drop)
      return
    }
    if (first) counts.kept++
    const row = this.#row
    this.#kept[this.#count++] = row
    const change = verdict && 'drop' in verdict ? { text: '' } : verdict
    if (change?.text !== undefined) this.#texts.set(row, change.text)
    const lang = change?.lang ?? fate.lang
    if (lang !== undefined && this.#rows.lang) this.#langs.set(row, lang)
    for (const [name, times] of Object.entries(change?.changed ?? {})) count(counts.changed, name, times)
    counts.keptBytes += change?.text === undefined ? document.size : Buffer.byteLength(change.text)
  }

  /** The rows that go on. */
  end(): RecordBatch<Documents> {
    this.#rejects?.flush()
    const all = this.#count === this.#batch.numRows
    // Where rows go, the texts of the others are put in as they are copied.
    const changed = replaceValues(this.#batch, all ? this.#texts : none, this.#langs) as RecordBatch<Documents>
    return all ? changed : (takeRows(changed, this.#kept, this.#count, this.#texts) as RecordBatch<Documents>)
  }
}

const none = new Map<number, string>()

function fateOf(verdict: Verdict): Fate {
  if (verdict && 'drop' in verdict) return { drop: verdict.drop }
  return verdict?.lang === undefined ? {} : { lang: verdict.lang }
}
