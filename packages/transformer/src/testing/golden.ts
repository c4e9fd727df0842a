import { readFileSync } from 'node:fs'
import type { Json, NamedTensor } from '@sluice/pipeline'
import type { ModelFamily } from '../shape.ts'

export interface Packed {
  shape: number[]
  data: string
}

export interface GoldenCase {
  name: string
  config: { readonly [key: string]: Json }
  ids: number[]
  rows: number
  weights: Record<string, Packed>
  logits: Packed
  loss: number
  /** Of the first row, a tensor [H, T, T] for each layer. */
  attentions: Packed[]
  gradients: Record<string, Packed>
}

/** What golden/<family>.py found Hugging Face's model to compute. */
export function goldenCases<Case extends GoldenCase>(family: ModelFamily): Case[] {
  const url = new URL(`../../golden/${family}.json`, import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as { cases: Case[] }).cases
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
