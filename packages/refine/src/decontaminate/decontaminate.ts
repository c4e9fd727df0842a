import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Documents, type Stage, storageError } from '@sluice/pipeline'
import { KeyTable } from '../dedup/key-table.ts'
import { Shingles } from '../dedup/shingles.ts'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
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
  /** Both hashes of the runs of a text: of all their words, and of all but the last, which together are 64 bits. */
  const each = (
    bytes: Uint8Array,
    start: number,
    end: number,
    found: (low: number, high: number) => boolean,
  ): boolean => {
    const runs = shingles.read(bytes, start, end).count
    check.read(bytes, start, end)
    for (let i = 0; i < runs; i++) if (found(shingles.hashes[i]!, check.hashes[i]!)) return true
    return false
  }
  const add = (text: string) => {
    const bytes = Buffer.from(text)
    each(bytes, 0, bytes.length, (low, high) => {
      if (table.find(low, high) < 0) table.add(low, high)
      return false
    })
  }
  const judge = ({ bytes, start, end }: Document): Verdict => {
    return each(bytes, start, end, (low, high) => table.find(low, high) >= 0) ? { drop: 'contaminated' } : undefined
  }
  return refiner({
    name: 'decontaminate',
    parallel: 'stateless',
    options,
    judge,
    follow: judge,
    held: () => (table.count > 0 ? table.bytes : 0),
    async open() {
      for (const text of texts) add(text)
      for (const file of [path].flat()) for (const line of linesOf(resolve(baseDir, file), id)) add(line)
    },
    async close() {
      table = new KeyTable()
    },
  })
}

function linesOf(file: string, stage: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch (error) {
    throw storageError(`${stage}: the list of texts cannot be read`, file, error)
  }
}
