import {
  constantPositions,
  rotaryFrequencies,
  rotarySimilarity,
  tableSimilarity,
  type VectorTable,
} from '@sluice/embed'
import { z } from 'zod'
import type { OpenRun } from '../open-run.ts'
import { limit, step } from '../params.ts'
import type { Question } from '../question.ts'

export const positions: Question<'positions'> = {
  params: z.strictObject({ step, limit: limit(2048) }),
  async run(run, { step: asked, limit = 256 }) {
    const { step } = await run.snapshot(asked)
    const { shape, positions } = await run.described()
    const { blockSize, width, heads } = shape
    const everyPosition = Math.ceil(blockSize / limit)
    const places = Int32Array.from({ length: Math.ceil(blockSize / everyPosition) }, (_, i) => i * everyPosition)
    const distances = places
    const { kind } = positions
    const empty = new Float32Array(0)
    if (kind === 'none') {
      const none = { encoding: empty, similarity: empty, distances: empty, byDistance: empty }
      return { step, kind, positions: 0, channels: 0, everyPosition: 1, everyChannel: 1, ...none }
    }
    if (kind === 'rotary') {
      const { theta } = positions
      const dim = width / heads
      const frequencies = rotaryFrequencies(dim, theta)
      const data = new Float32Array(places.length * frequencies.length)
      places.forEach((place, p) => {
        frequencies.forEach((frequency, f) => {
          data[p * frequencies.length + f] = Math.cos(place * frequency)
        })
      })
      const shown = everySo({ data, width: frequencies.length }, limit)
      const alike = rotarySimilarity(places, { dim, theta })
      return { step, kind, positions: places.length, everyPosition, ...shown, ...alike, distances }
    }
    const whole = await tableOf(run, { kind, step, blockSize, width })
    const data = new Float32Array(places.length * width)
    places.forEach((place, p) => {
      data.set(whole.subarray(place * width, (place + 1) * width), p * width)
    })
    const table = { data, width }
    const shown = everySo(table, limit)
    return { step, kind, positions: places.length, everyPosition, ...shown, ...tableSimilarity(table), distances }
  },
}

async function tableOf(
  run: OpenRun,
  options: { kind: 'learned' | 'sinusoidal'; step: number; blockSize: number; width: number },
): Promise<Float32Array> {
  const { kind, step } = options
  if (kind === 'sinusoidal') return constantPositions(kind, options)
  const { tables } = await run.described()
  return (await (await run.snapshot(step)).tensor(tables.positions!)).data as Float32Array
}

/** Every so many of a table's columns, at most `limit`. */
export function everySo(
  { data, width }: VectorTable,
  limit: number,
): { encoding: Float32Array; channels: number; everyChannel: number } {
  const everyChannel = Math.ceil(width / limit)
  const channels = Math.ceil(width / everyChannel)
  const rows = data.length / width
  const encoding = new Float32Array(rows * channels)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < channels; i++) encoding[row * channels + i] = data[row * width + i * everyChannel]!
  }
  return { encoding, channels, everyChannel }
}
