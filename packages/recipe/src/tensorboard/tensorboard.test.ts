import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readEvents } from '../log.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from '../testing/tiny.ts'
import { crc32c, maskedCrc32c, tfRecord } from './record.ts'
import { tensorboardWriter } from './writer.ts'

test('sums are those of RFC 3720, appendix B.4', () => {
  const sums = [
    new Uint8Array(32),
    new Uint8Array(32).fill(0xff),
    Uint8Array.from({ length: 32 }, (_, i) => i),
    new TextEncoder().encode('123456789'),
  ].map(crc32c)
  expect(sums).toEqual([0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0xe3069283])
})

test('a record frames its bytes', () => {
  const data = Uint8Array.of(1, 2, 3)
  const record = tfRecord(data)
  const view = new DataView(record.buffer)
  expect(record.length).toBe(19)
  expect(view.getBigUint64(0, true)).toBe(3n)
  expect(view.getUint32(8, true)).toBe(maskedCrc32c(record.subarray(0, 8)))
  expect([...record.subarray(12, 15)]).toEqual([1, 2, 3])
  expect(view.getUint32(15, true)).toBe(maskedCrc32c(data))
})

type Fields = Map<number, (bigint | Uint8Array)[]>

/** Any protocol buffer, by number: integers as they are, everything else as bytes. */
function decode(bytes: Uint8Array): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = Number(varint())
    const wire = key & 7
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? Number(varint()) : 0
    const value = wire === 0 ? varint() : bytes.slice(at, at + length)
    at += length
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value])
  }
  return fields
}

const view = (bytes: unknown) => new DataView((bytes as Uint8Array).buffer)
const text = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array)

function events(content: Uint8Array) {
  // A Buffer's slices share its memory.
  const file = new Uint8Array(content)
  const found: { time: number; step: number; version?: string; start?: boolean; values: Record<string, number> }[] = []
  for (let at = 0; at < file.length; ) {
    const length = Number(view(file.slice(at, at + 8)).getBigUint64(0, true))
    const data = file.slice(at + 12, at + 12 + length)
    expect([...file.subarray(at, at + 16 + length)]).toEqual([...tfRecord(data)])
    at += 16 + length
    const fields = decode(data)
    const summary = fields.get(5)?.[0]
    const values = summary === undefined ? [] : (decode(summary as Uint8Array).get(1) ?? [])
    const numbers = values.map(value => {
      const each = decode(value as Uint8Array)
      return [text(each.get(1)![0]), view(each.get(2)![0]).getFloat32(0, true)]
    })
    found.push({
      time: view(fields.get(1)![0]).getFloat64(0, true),
      step: Number(fields.get(2)?.[0] ?? 0n),
      ...(fields.has(3) ? { version: text(fields.get(3)![0]) } : {}),
      ...(fields.has(7) ? { start: decode(fields.get(7)![0] as Uint8Array).get(1)![0] === 1n } : {}),
      values: Object.fromEntries(numbers),
    })
  }
  return found
}

test('a file says what it is, where it goes on, and numbers by step', async () => {
  const dir = await scratch()
  const writer = tensorboardWriter({ dir, after: 300, now: () => 1_700_000_000.25 })
  writer.add({ type: 'metric', step: 301, values: { loss: 2.5, lr: 0.125 } })
  writer.add({ type: 'warning', stage: 's', message: 'm' })
  writer.add({ type: 'evaluation', step: 301, values: { 'loss.wiki – ü': -3 } })
  writer.close()
  writer.close()
  const [name] = await readdir(dir)
  expect(name).toMatch(/^events\.out\.tfevents\.1700000000\.250\./)
  const time = 1_700_000_000.25
  expect(events(await readFile(join(dir, name!)))).toEqual([
    { time, step: 0, version: 'brain.Event:2', values: {} },
    { time, step: 301, start: true, values: {} },
    { time, step: 301, values: { 'train/loss': 2.5, 'train/lr': 0.125 } },
    { time, step: 301, values: { 'evaluation/loss.wiki – ü': -3 } },
  ])
})

test('a run writes what its log holds', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  await runTiny(await writeTiny(folder, { train: { ...tinyConfig.train, tensorboard: true } }), { runsDir })
  const dir = join(runsDir, 'tiny/tensorboard')
  const names = await readdir(dir)
  expect(names).toHaveLength(1)
  const [first, ...rest] = events(await readFile(join(dir, names[0]!)))
  expect(first!.version).toBe('brain.Event:2')
  const logged = (await readEvents(join(runsDir, 'tiny/metrics.jsonl'))).flatMap(event =>
    event.type === 'metric' || event.type === 'evaluation' ? [event] : [],
  )
  expect(rest.map(({ step }) => step)).toEqual(logged.map(({ step }) => step))
  expect(rest[0]!.values['evaluation/loss']).toBe(Math.fround(logged[0]!.values.loss!))
  expect(rest[1]!.values['train/loss']).toBe(Math.fround(logged[1]!.values.loss!))
})
