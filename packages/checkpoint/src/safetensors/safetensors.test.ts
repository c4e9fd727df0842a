import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataError, type NamedTensor, SluiceError } from '@sluice/pipeline'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyTensors, float32, int32, sameBytes } from '../testing/tensors.ts'
import { readSafetensors } from './read.ts'
import { writeSafetensors } from './write.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../golden/${name}`, import.meta.url))

let dir: string
let path: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'safetensors-'))
  path = join(dir, 'x.safetensors')
})
afterAll(() => rm(dir, { recursive: true }))

// What golden/make.py gives to the reference library.
const tiny: NamedTensor[] = [
  float32(
    'transformer.wte.weight',
    [4, 3],
    Array.from({ length: 12 }, (_, i) => i / 8 - 0.5),
  ),
  float32('transformer.ln_f.bias', [3], [1.5, -2.25, 3e-38]),
  int32('ids', [2, 2], [-1, 0, 1, 2]),
  float32('scalar', [], [-0]),
  float32('empty', [0, 3], []),
  float32('é', [2], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  float32('\uff5e', [1], [1]),
  float32('\u{1f600}', [1], [2]),
  int32('quote " backslash \\ tab \t', [1], [7]),
]

describe('writeSafetensors', () => {
  it('writes the very bytes of the reference library', async () => {
    const bytes = await writeSafetensors(path, tiny)
    const ours = await readFile(path)
    expect(ours.equals(await readFile(golden('tiny.safetensors')))).toBe(true)
    expect(bytes).toBe(ours.length)
    await writeSafetensors(path, [], { metadata: {} })
    expect((await readFile(path)).equals(await readFile(golden('none.safetensors')))).toBe(true)
  })

  it('refuses tensors that a file cannot hold', async () => {
    const text = async (tensors: NamedTensor[]) => {
      const error = await writeSafetensors(path, tensors).catch(error => error)
      expect(error).toBeInstanceOf(DataError)
      return String(error).replace(path, 'x')
    }
    const ok = float32('w', [2], [1, 2])
    expect(await text([ok, ok])).toBe('x: tensor "w": two tensors have this name')
    expect(await text([{ ...ok, name: '__metadata__' }])).toBe(
      'x: tensor "__metadata__": the format keeps this name for itself',
    )
    expect(await text([{ ...ok, shape: [3, 2] }])).toBe(
      'x: tensor "w": expected 6 values for the shape [3, 2], found 2',
    )
    expect(await text([{ ...ok, dtype: 'int32' }])).toBe('x: tensor "w": expected int32 values, found a Float32Array')
  })

  it('says when there is no directory', async () => {
    await expect(writeSafetensors(join(dir, 'none', 'x'), [])).rejects.toMatchObject({
      name: 'StorageError',
      message: 'no such file or directory',
      file: join(dir, 'none', 'x'),
    })
  })
})

describe('readSafetensors', () => {
  it('reads what the reference library wrote', async () => {
    const { tensors, metadata } = await readSafetensors(golden('tiny.safetensors'))
    expect(metadata).toEqual({ format: 'pt' })
    expect(tensors.size).toBe(tiny.length)
    for (const tensor of tiny) sameBytes(tensors.get(tensor.name), tensor)
  })

  it('widens and narrows the other dtypes', async () => {
    const { tensors } = await readSafetensors(golden('dtypes.safetensors'))
    for (const name of ['f64', 'f16', 'bf16']) {
      sameBytes(tensors.get(name), { ...tensors.get(`${name}.expected`)!, name })
    }
    expect(tensors.get('i64')!.data).toEqual(Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, 5))
    expect(tensors.get('i16')!.data).toEqual(Int32Array.of(-32768, 32767))
    expect(tensors.get('i8')!.data).toEqual(Int32Array.of(-128, 127))
    expect(tensors.get('u8')!.data).toEqual(Int32Array.of(0, 255))
    expect(tensors.get('bool')!.data).toEqual(Int32Array.of(1, 0, 1))
    const wide = golden('wide.safetensors')
    await expect(readSafetensors(wide)).rejects.toThrow('a value of I64 does not fit int32')
  })

  it('gives back any tensors', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, async list => {
        await writeSafetensors(path, list, { metadata: { a: 'b' } })
        const { tensors, metadata } = await readSafetensors(path)
        expect(metadata).toEqual({ a: 'b' })
        expect(tensors.size).toBe(list.length)
        for (const tensor of list) sameBytes(tensors.get(tensor.name), tensor)
      }),
      { numRuns: 50 },
    )
  })

  it('reads neighbours, longer than one read, into one buffer', async () => {
    const long = float32(
      'a',
      [5, 2 ** 20],
      Float32Array.from({ length: 5 * 2 ** 20 }, (_, i) => i),
    )
    const list = [long, float32('b', [0], []), int32('c', [3], [1, -2, 3])]
    await writeSafetensors(path, list)
    const { tensors } = await readSafetensors(path)
    for (const tensor of list) sameBytes(tensors.get(tensor.name), tensor)
    const [a, b, c] = [...tensors.values()]
    expect([a!.name, b!.name, c!.name].sort()).toEqual(['a', 'b', 'c'])
    expect(a!.data.buffer).toBe(c!.data.buffer)
    expect(a!.data.buffer.byteLength).toBe(a!.data.byteLength + c!.data.byteLength)
  })

  const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets })
  const cases: [title: string, header: unknown, dataBytes: number, text: string][] = [
    [
      'overlap',
      { a: entry('F32', [2], [0, 8]), b: entry('F32', [2], [4, 12]) },
      12,
      'tensor "b": expected data from byte 8 on, found 4: it overlaps the tensor before it',
    ],
    [
      'the same bytes twice',
      { a: entry('F32', [2], [0, 8]), b: entry('F32', [2], [0, 8]) },
      8,
      'tensor "b": expected data from byte 8 on, found 0: it overlaps the tensor before it',
    ],
    [
      'a hole',
      { a: entry('F32', [1], [0, 4]), b: entry('F32', [1], [8, 12]) },
      12,
      'tensor "b": expected data from byte 4 on, found 8: bytes between belong to no tensor',
    ],
    [
      'beyond the end',
      { a: entry('F32', [4], [0, 16]) },
      12,
      'tensor "a": expected 16 bytes after the header, the file has 12',
    ],
    [
      'bytes left over',
      { a: entry('F32', [1], [0, 4]) },
      12,
      'end: expected 4 bytes after the header, the file has 12',
    ],
    ['another size', { a: entry('F32', [3], [0, 8]) }, 8, 'tensor "a": expected 12 bytes for F32 [3], found 8'],
    [
      'a product beyond numbers',
      { a: entry('F32', [2 ** 40, 2 ** 40], [0, 0]) },
      0,
      'tensor "a": expected 4.835703278458517e+24 bytes for F32 [1099511627776, 1099511627776], found 0',
    ],
    [
      'an unknown dtype',
      { a: entry('F4', [1], [0, 1]) },
      1,
      'tensor "a": expected a dtype of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, found "F4"',
    ],
    [
      'a broken size',
      { a: entry('F32', [1.5], [0, 6]) },
      6,
      'tensor "a": expected a shape of whole numbers, found [1.5]',
    ],
    [
      'a negative size',
      { a: entry('F32', [-1, -1], [0, 4]) },
      4,
      'tensor "a": expected a shape of whole numbers, found [-1,-1]',
    ],
    [
      'falling offsets',
      { a: entry('F32', [1], [4, 0]) },
      4,
      'tensor "a": expected two rising data_offsets, found [4,0]',
    ],
    ['no entry', { a: null }, 0, 'tensor "a": expected an object with dtype, shape and data_offsets'],
    ['metadata of numbers', { __metadata__: { a: 1 } }, 0, '__metadata__: expected an object of strings'],
    ['not an object', [], 0, 'header: expected the header to start with "{"'],
    [
      'a key twice',
      '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
      0,
      'header: the key "a" stands twice',
    ],
    [
      'a nested key twice',
      '{"a":{"dtype":"F32","dtype":"I32","shape":[0],"data_offsets":[0,0]}}',
      0,
      'header: the key "a.dtype" stands twice',
    ],
  ]
  it.each(cases)('tells of %s', async (_, header, dataBytes, text) => {
    await writeFile(path, raw(typeof header === 'string' ? header : JSON.stringify(header), dataBytes))
    expect(await faultOf(path)).toBe(`DataError: x: ${text}`)
  })

  it('tells of a length that cannot be', async () => {
    const bytes = raw('{}', 0)
    await writeFile(path, bytes.subarray(0, 7))
    expect(await faultOf(path)).toBe('DataError: x: header: expected at least 8 bytes, the file has 7')
    bytes.writeBigUInt64LE(11n)
    await writeFile(path, bytes)
    expect(await faultOf(path)).toBe('DataError: x: header: expected 11 bytes, the file has 2 after the length')
    bytes.writeBigUInt64LE(2n ** 63n)
    await writeFile(path, bytes)
    expect(await faultOf(path)).toBe(
      'DataError: x: header: expected at most 100000000 bytes, found a length of 9223372036854775808',
    )
    await writeFile(path, raw('{"a":', 0))
    expect(await faultOf(path)).toMatch(/^DataError: x: header: expected JSON in UTF-8: /)
    await writeFile(path, Buffer.concat([Buffer.from('\u0003\0\0\0\0\0\0\0{"', 'latin1'), Buffer.from([0xff])]))
    expect(await faultOf(path)).toMatch(/^DataError: x: header: expected JSON in UTF-8: /)
  })

  it('tells of a file that is not there, and of a directory', async () => {
    expect(await faultOf(join(dir, 'none'))).toBe(`StorageError: ${join(dir, 'none')}: no such file or directory`)
    expect(await faultOf(dir)).toBe(`StorageError: ${dir}: expected a file, found a directory`)
  })

  it('never gives more than an error of ours for any damage', async () => {
    await writeSafetensors(path, tiny)
    const whole = await readFile(path)
    const damage = fc.record({
      length: fc.option(fc.nat(whole.length), { nil: whole.length }),
      changes: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(damage, async ({ length, changes }) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        await writeFile(path, bytes.subarray(0, length))
        const result = await readSafetensors(path).catch(error => error)
        if (result instanceof Error) expect(result).toMatchObject({ name: 'DataError', file: path })
        else expect(length).toBe(whole.length)
      }),
      { numRuns: 1000 },
    )
  })
})

function raw(header: string, dataBytes: number): Buffer {
  const text = Buffer.from(header)
  const bytes = Buffer.alloc(8 + text.length + dataBytes)
  bytes.writeBigUInt64LE(BigInt(text.length))
  text.copy(bytes, 8)
  return bytes
}

async function faultOf(file: string): Promise<string> {
  const error = await readSafetensors(file).catch(error => error)
  expect(error).toBeInstanceOf(SluiceError)
  return `${error.name}: ${error}`.replace(path, 'x')
}
