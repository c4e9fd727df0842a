import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Documents, type Stage, storageError } from '@sluice/pipeline'
import { KeyTable } from '../dedup/key-table.ts'
import { Shingles, stretch } from '../dedup/shingles.ts'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import { inTurns, type Steps } from '../stage/steps.ts'
import type { Verdict } from '../stage/verdict.ts'

export interface DecontaminateOptions extends RefinerOptions {
  /** Texts that must not be trained on. */
  readonly texts?: readonly string[]
  /** Files of them, one a line. */
  readonly path?: string | readonly string[]
  /** Words in a row that give a text away. Default 13, as for GPT-3 (Brown et al. 2020, appendix C). */
  readonly ngram?: number
}

/**
 * Drops documents that share a run of words with a list of texts. Case, punctuation and numbers count for nothing; texts of fewer words
 * than a run are looked for by all of them. A document that travels as parts loses the parts that do, and is dropped where its
 * first one does.
 */
export function decontaminate(options: DecontaminateOptions): Stage<Documents, Documents> {
  const { id = 'decontaminate', ngram = 13, texts = [], path = [], baseDir = process.cwd() } = options
  const shingles = new Shingles(ngram)
  const check = new Shingles(ngram - 1)
  let table = new KeyTable()
  /** Both hashes of a run: of all its words, and of all but the last, which together are 64 bits. */
  const known = (run: number): boolean => table.find(shingles.hashes[run]!, check.hashes[run]!) >= 0
  const anyKnown = (from: number, to: number): boolean => {
    for (let run = from; run < to; run++) if (known(run)) return true
    return false
  }
  function* readInSteps({ bytes, start, end }: Text): Steps<number> {
    const { count } = yield* shingles.readInSteps(bytes, start, end)
    yield* check.ofWordsInSteps(shingles)
    return count
  }
  function* judgeLong(document: Document): Steps<Verdict> {
    const count = yield* readInSteps(document)
    for (let from = 0; from < count; from += stretch) {
      if (anyKnown(from, Math.min(count, from + stretch))) return contaminated
      yield
    }
    return undefined
  }
  const judge = (document: Document): Verdict | Steps<Verdict> => {
    if (document.size > stretch) return judgeLong(document)
    const { bytes, start, end } = document
    const { count } = shingles.read(bytes, start, end)
    check.ofWords(shingles)
    return anyKnown(0, count) ? contaminated : undefined
  }
  function* add(text: string): Steps<void> {
    const bytes = Buffer.from(text)
    const count = yield* readInSteps({ bytes, start: 0, end: bytes.length })
    for (let run = 0; run < count; run++) {
      if (!known(run)) table.add(shingles.hashes[run]!, check.hashes[run]!)
      if (run % stretch === stretch - 1) yield
    }
  }
  return refiner({
    name: 'decontaminate',
    parallel: 'stateless',
    options,
    judge,
    follow: judge,
    held: () => (table.count > 0 ? table.bytes : 0),
    async open() {
      for (const text of texts) await inTurns(add(text))
      for (const file of [path].flat()) {
        for (const line of linesOf(await contentOf(resolve(baseDir, file), id))) await inTurns(add(line))
      }
    },
    async close() {
      table = new KeyTable()
    },
  })
}

const contaminated = { drop: 'contaminated' }

type Text = Pick<Document, 'bytes' | 'start' | 'end'>

async function contentOf(file: string, stage: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw storageError(`${stage}: the list of texts cannot be read`, file, error)
  }
}

function* linesOf(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at)
    const end = feed < 0 ? text.length : feed
    yield text.slice(at, end)
    at = end + 1
  }
}
