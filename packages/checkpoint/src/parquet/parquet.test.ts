import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, type NamedTensor, StorageError } from '@sluice/pipeline'
import fc from 'fast-check'
import parquet from 'parquetjs-lite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { anyTensors, float32, int32, sameBytes } from '../testing/tensors.ts'
import { readParquetWeights } from './read.ts'
import { pieceBytes, rowsPerGroup } from './schema.ts'
import { writeParquetWeights } from './write.ts'

let dir: string
let path: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parquet-'))
  path = join(dir, 'x.parquet')
})
afterAll(() => rm(dir, { recursive: true }))

const few: NamedTensor[] = [
  float32('w', [2, 3, 1], [1, 2, 3, 4, 5, -0]),
  int32('ids', [3], [-1, 0, 2147483647]),
  float32('scalar', [], [Number.NaN]),
  float32('empty', [0, 3], []),
]

async function roundTrip(list: readonly NamedTensor[]): Promise<void> {
  await writeParquetWeights(path, list)
  const tensors = await readParquetWeights(path)
  expect([...tensors.keys()]).toEqual(list.map(tensor => tensor.name))
  for (const tensor of list) sameBytes(tensors.get(tensor.name), tensor)
}

async function faultOf(): Promise<string> {
  const error = await readParquetWeights(path).catch(error => error)
  expect(error).toBeInstanceOf(DataError)
  return String(error).replace(path, 'x')
}

describe('Parquet weights', () => {
  it('come back with the same bits', () => roundTrip(few))

  it('come back when there are none', () => roundTrip([]))

  it('come back in several pieces and groups', async () => {
    const values = (pieceBytes / 4) * (rowsPerGroup + 1) + 1
    const large = Float32Array.from({ length: values }, (_, i) => i)
    await roundTrip([few[0]!, { name: 'large', dtype: 'float32', shape: [values], data: large }, few[1]!])
    const reader = await openParquet()
    expect(reader.metadata.row_groups.map(group => Number(group.num_rows))).toEqual([rowsPerGroup, 4])
  })

  it('are rows that another reader sees the same', async () => {
    await writeParquetWeights(path, few)
    const rows = await (await openParquet()).getCursor().nextRowGroup()
    expect(rows).toEqual(
      few.map(({ name, dtype, shape, data }) => ({
        name,
        dtype,
        ...(shape.length > 0 ? { shape: shape.map(BigInt) } : {}),
        offset: 0n,
        bytes: Buffer.from(data.buffer),
      })),
    )
  })

  it('come back as views of larger buffers', async () => {
    const all = Float32Array.from({ length: 10 }, (_, i) => i)
    await roundTrip([{ name: 'part', dtype: 'float32', shape: [3], data: all.subarray(2, 5) }])
  })

  it('come back whatever they are', async () => {
    await fc.assert(fc.asyncProperty(anyTensors, roundTrip), { numRuns: 50 })
  })

  it('reject when the disk is full, at whichever write', async () => {
    for (const allowed of [0, 1, 2]) {
      await expect(writeParquetWeights(path, few, { files: full(allowed) })).rejects.toEqual(
        new StorageError('no space left on the disk'),
      )
    }
  })
})

describe('readParquetWeights', () => {
  async function write(rows: readonly Record<string, unknown>[], bytesType: 'BYTE_ARRAY' | 'UTF8' = 'BYTE_ARRAY') {
    const schema = new parquet.ParquetSchema({
      name: { type: 'UTF8' },
      dtype: { type: 'UTF8' },
      shape: { type: 'INT64', repeated: true, statistics: false },
      offset: { type: 'INT64' },
      ...(bytesType === 'UTF8' ? {} : { bytes: { type: bytesType, statistics: false } }),
    })
    const chunks: Buffer[] = []
    const put = async (bytes: Buffer) => void chunks.push(bytes)
    const envelope = new parquet.ParquetEnvelopeWriter(schema, put, async () => {}, 0, {
      useDataPageV2: false,
      pageIndex: false,
    })
    const writer = new parquet.ParquetWriter(schema, envelope, {})
    for (const row of rows) await writer.appendRow(row)
    await writer.close()
    await writeFile(path, Buffer.concat(chunks))
  }
  const row = { name: 'w', dtype: 'float32', shape: [2], offset: 0, bytes: Buffer.alloc(8) }
  const half = { ...row, bytes: Buffer.alloc(4) }

  it.each([
    ['a missing piece', [half], 'expected 8 bytes, found 4'],
    ['a piece at another place', [half, { ...half, offset: 5 }], 'expected a piece at byte 4, found one at 5'],
    ['too many bytes', [row, { ...half, offset: 8 }], 'expected 8 bytes, found 12'],
    ['pieces apart', [half, { ...row, name: 'v' }, { ...half, offset: 4 }], 'expected 8 bytes, found 4'],
    ['a name twice', [row, { ...row, name: 'v' }, row], 'its pieces are not together, or two tensors have this name'],
    [
      'pieces that disagree',
      [half, { ...half, offset: 4, shape: [1, 2] }],
      'expected float32 [2] in every piece, found float32 [1, 2]',
    ],
    ['another dtype', [{ ...row, dtype: 'float16' }], 'expected a dtype of float32, int32, found "float16"'],
    [
      'a shape beyond the file',
      [{ ...row, shape: [2 ** 30] }],
      'expected 4294967296 bytes for the shape [1073741824], the file has 1034',
    ],
    ['a negative size', [{ ...row, shape: [-2, -1] }], 'expected a shape of whole numbers, found [-2, -1]'],
  ])('tells of %s', async (_, rows, text) => {
    await write(rows)
    expect((await faultOf()).replace(/has \d+$/, 'has 1034')).toBe(`x: tensor "w": ${text}`)
  })

  it('tells of other files', async () => {
    await writeFile(path, 'x')
    expect(await faultOf()).toBe('x: footer: expected at least 12 bytes, the file has 1')
    await writeFile(path, 'this is a text and no table')
    expect(await faultOf()).toBe('x: footer: expected the file to begin and end with "PAR1"')
    await writeFile(path, Buffer.concat([Buffer.from('PAR1'), Buffer.from([9, 0, 0, 0]), Buffer.from('PAR1')]))
    expect(await faultOf()).toBe('x: footer: expected a length of at most 0, found 9')
    await write([row], 'UTF8')
    expect(await faultOf()).toBe('x: column "bytes": expected REQUIRED BYTE_ARRAY, found none')
  })

  it('never gives more than an error of ours for any damage', async () => {
    await writeParquetWeights(path, few)
    const whole = await readFile(path)
    const damage = fc.record({
      length: fc.option(fc.nat(whole.length), { nil: whole.length, freq: 3 }),
      changes: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(damage, async ({ length, changes }) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        await writeFile(path, bytes.subarray(0, length))
        const result = await readParquetWeights(path).catch(error => error)
        if (result instanceof Error) expect(result).toMatchObject({ name: 'DataError', file: path })
        else expect(length).toBe(whole.length)
      }),
      { numRuns: 3000 },
    )
  })
})

async function openParquet() {
  const bytes = await readFile(path)
  const read = async (from: number, length: number) => bytes.subarray(from, from + length)
  return parquet.ParquetReader.openEnvelopeReader(new parquet.ParquetEnvelopeReader(read, async () => {}, bytes.length))
}

/** A disk that takes so many writes. */
function full(allowed: number): FileLayer {
  return {
    ...nodeFiles,
    async create(path) {
      const output = await nodeFiles.create(path)
      let writes = 0
      return {
        ...output,
        write: async bytes => {
          if (writes++ >= allowed) throw new StorageError('no space left on the disk')
          await output.write(bytes)
        },
      }
    },
  }
}
