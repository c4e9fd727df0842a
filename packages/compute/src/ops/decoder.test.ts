import { randomStream } from '@sluice/pipeline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { onEveryBackend } from '../testing/backends.ts'
import { expectClose } from '../testing/checkOp.ts'
import { type DecoderCase, decoderCase } from '../testing/decoderCase.ts'
import { tf } from '../tf.ts'
import { type Decoder, decoderTakes, openDecoder } from './decoder.ts'
import { registerKernels, unregisterKernels } from './dispatch.ts'
import { referenceKernels } from './reference/kernels.ts'
import { rotaryTables } from './rotaryHeads.ts'

const SHAPES = [
  { vocabulary: 1, width: 1, heads: 1, inner: 1, layers: 1, capacity: 3, rows: 1 },
  { vocabulary: 11, width: 6, heads: 3, inner: 7, layers: 2, capacity: 9, rows: 2 },
  { vocabulary: 130, width: 40, heads: 2, inner: 96, layers: 3, capacity: 21, rows: 3 },
  { vocabulary: 67, width: 70, heads: 5, inner: 131, layers: 1, capacity: 70, rows: 1 },
] as const

let open: Decoder | undefined
let model: DecoderCase
afterEach(() => {
  open?.dispose()
  model?.dispose()
  expect(tf.memory().numTensors).toBe(0)
})

function begin(shape: (typeof SHAPES)[number], options: { positions?: boolean; tied?: boolean } = {}): Decoder {
  model = decoderCase({ ...shape, ...options }, 7)
  open = openDecoder(model.weights, { ...shape, epsilon: 1e-5 })
  return open
}

/** Adds tokens and compares with the whole context computed in double precision; `contexts` says what the rows hold. */
async function extend(decoder: Decoder, contexts: number[][], parts: { row: number; start: number; ids: number[] }[]) {
  const logits = await decoder.extend(parts.map(part => ({ ...part, ids: Int32Array.from(part.ids) })))
  parts.forEach(({ row, start, ids }) => {
    contexts[row] = [...contexts[row]!.slice(0, start), ...ids]
  })
  const expected = parts.flatMap(({ row }) => [...model.truth(contexts[row]!)])
  expectClose(`logits after ${JSON.stringify(parts)}`, logits, expected, 1e-5)
  for (const [row, context] of contexts.entries()) expect(decoder.length(row)).toBe(context.length)
}

onEveryBackend(() => decoderTests())

// Every backend has a kernel of its own: the reference would be tested on none.
describe('the reference, on cpu', () => {
  beforeAll(async () => {
    await chooseBackend('cpu')
    registerKernels('cpu', { decoder: referenceKernels.decoder })
  })
  afterAll(async () => {
    unregisterKernels('cpu')
    await chooseBackend('cpu')
  })
  decoderTests()
})

function decoderTests(): void {
  describe.each(SHAPES)('$layers layers of $width, $heads heads, $rows rows', shape => {
    const { vocabulary, capacity, rows } = shape
    const contexts = () => Array.from({ length: rows }, (): number[] => [])

    it('token by token gives what the whole context gives', async () => {
      const decoder = begin(shape)
      const held = contexts()
      for (let t = 0; t < capacity; t++) {
        const parts = held.map((_, row) => ({ row, start: t, ids: [(t * t * 3 + row * 5 + 1) % vocabulary] }))
        await extend(decoder, held, parts)
      }
    })

    it('in stretches of any length, from any position, in any rows', async () => {
      const decoder = begin(shape, { positions: false, tied: false })
      const random = randomStream(3, 'stretches')
      let at = 0
      const below = (bound: number) => random.below(at++, bound)
      const held = contexts()
      for (let call = 0; call < 16; call++) {
        const chosen = held.map((_, row) => row).filter(row => row === call % rows || below(2) === 0)
        // From where the row ends, more often than not; else somewhere in it, which forgets what follows.
        const parts = chosen.map(row => {
          const end = Math.min(held[row]!.length, capacity - 1)
          const start = below(3) > 0 ? end : below(end + 1)
          const count = below(2) === 0 ? 1 : 1 + below(capacity - start)
          return { row, start, ids: Array.from({ length: count }, () => below(vocabulary)) }
        })
        await extend(decoder, held, parts)
      }
    })
  })

  it('keeps the weights it was opened with', async () => {
    const decoder = begin(SHAPES[1])
    const before = await decoder.extend([{ row: 0, start: 0, ids: Int32Array.of(1, 2, 3) }])
    for (const variable of model.variables) {
      const other = tf.add(variable, 1)
      variable.assign(other)
      other.dispose()
    }
    expect(await decoder.extend([{ row: 1, start: 0, ids: Int32Array.of(1, 2, 3) }])).toEqual(before)
  })

  it('gives the same bits again', async () => {
    const decoder = begin(SHAPES[2])
    const pass = async (row: number) => {
      const logits = [await decoder.extend([{ row, start: 0, ids: Int32Array.of(1, 2, 3) }])]
      for (let t = 3; t < 9; t++) logits.push(await decoder.extend([{ row, start: t, ids: Int32Array.of(t) }]))
      return logits
    }
    expect(await pass(1)).toEqual(await pass(0))
  })

  it('lets another computation in between, and several calls at once', async () => {
    const decoder = begin(SHAPES[1])
    const alone = [
      await decoder.extend([{ row: 0, start: 0, ids: Int32Array.of(4, 5) }]),
      await decoder.extend([{ row: 0, start: 2, ids: Int32Array.of(6) }]),
    ]
    const together = await Promise.all([
      decoder.extend([{ row: 1, start: 0, ids: Int32Array.of(4, 5) }]),
      decoder.extend([{ row: 1, start: 2, ids: Int32Array.of(6) }]),
    ])
    expect(together).toEqual(alone)
  })

  it('names what cannot be', async () => {
    const decoder = begin(SHAPES[1])
    const text = (row: number, start: number, ...ids: number[]) =>
      decoder.extend([{ row, start, ids: Int32Array.from(ids) }]).catch(error => `${error.name}: ${error.message}`)
    expect(await text(2, 0, 1)).toBe('ShapeError: decoder: there is no row 2, but 2 from 0')
    expect(await text(0, 1, 1)).toBe('ShapeError: decoder: row 0 holds 0 positions, tokens cannot start at 1')
    expect(await text(0, 0)).toBe('ShapeError: decoder: row 0 is given no tokens')
    expect(await text(0, 0, 11)).toBe('ShapeError: decoder: ids of row 0[0] is 11, but the table has 11 rows')
    expect(await text(0, 0, ...new Array(10).fill(1))).toBe('ShapeError: decoder: 10 positions exceed the room for 9')
    await expect(decoder.extend([])).rejects.toThrow('decoder: there are no tokens to add')
    const part = { row: 1, start: 0, ids: Int32Array.of(1) }
    await expect(decoder.extend([part, part])).rejects.toThrow('decoder: row 1 is given twice')
    decoder.dispose()
    decoder.dispose()
    await expect(decoder.extend([part])).rejects.toThrow('decoder: it has been disposed of')
  })

  it('names the weights that do not fit', () => {
    model = decoderCase({ ...SHAPES[1] }, 1)
    const shape = { heads: 3, epsilon: 1e-5, rows: 1, capacity: 9 }
    const text = (weights: object, other: object = {}) => {
      try {
        openDecoder({ ...model.weights, ...weights }, { ...shape, ...other }).dispose()
      } catch (error) {
        return (error as Error).message
      }
      return 'taken'
    }
    const { tokens, blocks } = model.weights
    expect(text({ head: blocks[0]!.qkv.w })).toBe('decoder: head must have the shape [11,6], not [6,18]')
    expect(text({ blocks: [blocks[0]!, { ...blocks[1]!, qkv: blocks[0]!.attentionOutput }] })).toBe(
      'decoder: blocks[1].qkv.w must have the shape [6,18], not [6,6]',
    )
    expect(text({ positions: tokens }, { capacity: 12 })).toBe(
      'decoder: positions has 11 rows, less than the room for 12',
    )
    expect(text({}, { heads: 4 })).toBe('decoder: the width 6 is not a multiple of 4 heads')
    expect(text({}, { rows: 0 })).toBe('decoder: rows must be a whole number from 1, not 0')
    expect(text({}, { keyHeads: 1 })).toBe('decoder: 3 heads cannot share the keys of 1')
    expect(text({ norm: { ...model.weights.norm, beta: null } })).toBe('decoder: norm.beta must be given')
  })

  it('names what cannot be a Llama', () => {
    model = decoderCase({ ...SHAPES[1] }, 1)
    const open = (weights: object) => () =>
      openDecoder({ ...model.weights, family: 'llama', ...weights }, { heads: 3, epsilon: 1e-5, rows: 1, capacity: 9 })
    if (!decoderTakes('llama')) {
      expect(open({})).toThrow('decoder: this backend has none for llama')
      return
    }
    expect(open({})).toThrow('decoder: 0 cosines are too few for 9 positions of 1')
    expect(open({ rotary: rotaryTables(9, 2, 100) })).toThrow('decoder: blocks[0].attentionNorm.beta must not be given')
  })
}
