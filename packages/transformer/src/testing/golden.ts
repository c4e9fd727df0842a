import { readFileSync } from 'node:fs'
import type { Json, NamedTensor } from '@sluice/pipeline'

export interface Packed {
  shape: number[]
  data: string
}

export interface GoldenCase {
  name: string
  config: Json
  ids: number[]
  rows: number
  weights: Record<string, Packed>
  logits: Packed
  loss: number
  gradients: Record<string, Packed>
}

/** What golden/gpt2.py found Hugging Face's GPT2LMHeadModel to compute. */
export function goldenCases(): GoldenCase[] {
  const url = new URL('../../golden/gpt2.json', import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as { cases: GoldenCase[] }).cases
}

export function unpack({ data }: Packed): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(data, 'base64')).buffer)
}

export function unpackAll(packed: Record<string, Packed>): Map<string, NamedTensor> {
  return new Map(
    Object.entries(packed).map(([name, tensor]) => [
      name,
      { name, dtype: 'float32', shape: tensor.shape, data: unpack(tensor) },
    ]),
  )
}
