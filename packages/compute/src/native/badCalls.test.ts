import { describe, expect, it } from 'vitest'
import { addon } from './testing/addon.ts'

// Whatever JavaScript passes, the addon answers with an error that names the argument.
describe.skipIf(!addon)('calls of the addon', () => {
  const f = (length: number): Float32Array => new Float32Array(length)
  const call = (name: keyof NonNullable<typeof addon>, ...args: unknown[]): unknown =>
    (addon as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...args)
  const linear = (change: Record<number, unknown>): unknown => {
    const args: unknown[] = [false, f(6), f(12), f(4), null, f(8), null, 2, 3, 4, false]
    for (const [at, value] of Object.entries(change)) args[Number(at)] = value
    return call('linearForward', ...args)
  }

  it('takes a call that is right', () => {
    expect(linear({})).toBeUndefined()
  })

  it.each([
    [{ 1: f(5) }, 'linearForward: x has 5 elements, not 6'],
    [
      { 1: new Float64Array(6) },
      'linearForward: x must be a Float32Array or a Uint16Array of bfloat16, not a Float64Array',
    ],
    [{ 1: new Uint16Array(6) }, 'linearForward: x must be a Float32Array, not a Uint16Array'],
    [{ 1: [1, 2, 3, 4, 5, 6] }, 'linearForward: x must be a typed array'],
    [{ 1: undefined }, 'linearForward: x must be a typed array'],
    [{ 2: f(11) }, 'linearForward: w has 11 elements, not 12'],
    [{ 3: f(3) }, 'linearForward: bias has 3 elements, not 4'],
    [{ 3: 'bias' }, 'linearForward: bias must be a typed array'],
    [{ 5: f(7) }, 'linearForward: y has 7 elements, not 8'],
    [{ 7: -1 }, 'linearForward: rows must be a whole number from 1 to 2147483647'],
    [{ 7: 1.5 }, 'linearForward: rows must be a whole number from 1 to 2147483647'],
    [{ 7: Number.NaN }, 'linearForward: rows must be a whole number from 1 to 2147483647'],
    [{ 8: '3' }, 'linearForward: in must be a number'],
    [{ 7: 2 ** 31 - 1, 8: 2 ** 31 - 1 }, 'linearForward: the sizes are beyond any memory'],
    [{ 10: 1 }, 'linearForward: gelu must be a boolean'],
  ])('refuses %o', (change, message) => {
    expect(() => linear(change)).toThrow(message)
  })

  it('refuses a detached buffer', () => {
    const x = f(6)
    structuredClone(x, { transfer: [x.buffer as ArrayBuffer] })
    expect(() => linear({ 1: x })).toThrow('linearForward: x is detached: its buffer has been transferred')
  })

  it('refuses missing arguments, everywhere', () => {
    const silent = ['sources', 'instructionSets', 'instructionSet', 'hasBf16', 'threads', 'scratchBytes', 'trimScratch']
    for (const [name, f] of Object.entries(addon as unknown as Record<string, () => unknown>)) {
      if (!silent.includes(name)) expect(f, name).toThrow(new RegExp(`^${name}: .* (must be|is missing)`))
    }
  })

  it.each([
    [[1, 4], 1, 'starts must go from 0 to batch * time'],
    [[0, 3], 1, 'starts must go from 0 to batch * time'],
    [[0, 2, 1, 4], 3, 'starts must rise'],
    [[0, 3, 4], 2, 'a sequence must lie within one row of the batch'],
    [[0, 2, 4], 3, 'starts has 3 elements, not 4'],
    [[0, 5, 4], 2, 'starts[1] is 5, outside [0, 5)'],
  ])('refuses sequences that begin at %j', (starts, count, message) => {
    const shape = [2, 2, 1, 1, true, 0, null, Int32Array.from(starts), count]
    expect(() => call('attentionForward', false, f(12), f(4), null, ...shape)).toThrow(`attentionForward: ${message}`)
  })

  it('refuses ids outside the table', () => {
    const ids = Int32Array.of(0, 3)
    expect(() => call('embeddingForward', f(6), ids, f(4), 2, 2, 3)).toThrow(
      'embeddingForward: ids[1] is 3, outside [0, 3)',
    )
    expect(() => call('crossEntropy', false, f(4), f(6), Int32Array.of(-1, 0), null, null, null, 2, 2, 3)).toThrow(
      'crossEntropy: targets[0] is -1, outside [0, 3)',
    )
  })

  it('refuses strides that leave the arrays', () => {
    expect(() => call('binary', 0, f(4), f(4), f(8), 2, 4, 4, 1, 4, 1)).toThrow('binary: a has 4 elements, not 8')
    expect(() => call('binary', 0, f(8), f(4), f(8), 2, 4, 4, 2, 4, 1)).toThrow('binary: column strides are 0 or 1')
    expect(() => call('matMul', false, f(4), f(4), f(8), 2, 2, 2, 2, 4, 0, false, false)).toThrow(
      'matMul: a has 4 elements, not 8',
    )
  })

  it('refuses lists that do not belong together', () => {
    const decay = Float64Array.of(0)
    expect(() => call('adamW', [f(3)], [f(2)], [f(3)], [f(3)], decay, 1, 0.9, 0.9, 1e-8, 1, 1)).toThrow(
      'adamW: gradients must have the lengths of parameters',
    )
    expect(() => call('adamW', [f(3)], [1], [f(3)], [f(3)], decay, 1, 0.9, 0.9, 1e-8, 1, 1)).toThrow(
      'adamW: gradients[0] must be a typed array',
    )
    expect(() => call('squaredNorms', f(3), new Float64Array(1))).toThrow(
      'squaredNorms: tensors must be an array of Float32Arrays',
    )
  })

  it('reads the elements of every list before it looks into one', () => {
    const update = (parameters: unknown[], gradients: unknown[], m: unknown[] = [f(6)]): unknown =>
      call('adamW', parameters, gradients, m, [f(6)], Float64Array.of(0), 1, 0.9, 0.9, 1e-8, 1, 1)
    const transferring = (victim: Float32Array, element: unknown): unknown[] => {
      const list: unknown[] = []
      Object.defineProperty(list, 0, {
        get() {
          structuredClone(victim.buffer, { transfer: [victim.buffer as ArrayBuffer] })
          return element
        },
      })
      return list
    }
    const parameters = f(6)
    expect(() => update([parameters], transferring(parameters, f(6)))).toThrow(
      'adamW: parameters[0] is detached: its buffer has been transferred',
    )
    const gradients = f(6)
    expect(() => update([f(6)], [gradients], transferring(gradients, f(6)))).toThrow(
      'adamW: gradients[0] is detached: its buffer has been transferred',
    )
    const first = f(6)
    const tensors = [first]
    Object.defineProperty(tensors, 1, Object.getOwnPropertyDescriptor(transferring(first, f(6)), '0')!)
    expect(() => call('squaredNorms', tensors, new Float64Array(2))).toThrow(
      'squaredNorms: tensors[0] is detached: its buffer has been transferred',
    )
  })

  it('passes on what a getter throws', () => {
    const list: unknown[] = []
    Object.defineProperty(list, 0, {
      get() {
        throw new RangeError('not today')
      },
    })
    expect(() => call('squaredNorms', list, new Float64Array(1))).toThrow(new RangeError('not today'))
  })

  it('does not walk through the holes of a list', () => {
    expect(() => call('squaredNorms', new Array(2 ** 32 - 1), new Float64Array(1))).toThrow(
      'squaredNorms: tensors[0] must be a typed array',
    )
  })

  it('refuses indices that another thread could change', () => {
    const ids = new Int32Array(new SharedArrayBuffer(8))
    expect(() => call('embeddingForward', f(6), ids, f(4), 2, 2, 3)).toThrow(
      'embeddingForward: ids lies in shared memory, where it could change after it has been checked',
    )
  })

  it('refuses instruction sets and functions that it does not have', () => {
    expect(() => call('useInstructionSet', 'mmx')).toThrow('useInstructionSet: this processor or this build has no mmx')
    expect(() => call('unary', 99, f(1), f(1), 1)).toThrow('unary: there is no such function')
    expect(() => call('allocate', 2 ** 60)).toThrow('allocate: bytes must be from 1 to 2^40')
  })

  it('refuses a rate or a random stream that is none', () => {
    const words = Float64Array.of(1, 2, 3, 4, 0)
    expect(() => call('dropout', f(1), f(1), 1, 1, words)).toThrow('dropout: rate must be at least 0 and below 1')
    expect(() => call('dropout', f(1), f(1), 1, 0.5, Float64Array.of(1, 2, 3))).toThrow(
      'dropout: random has 3 elements, not 5',
    )
    expect(() => call('dropout', f(1), f(1), 1, 0.5, Float64Array.of(-1, 2, 3, 4, 0))).toThrow(
      'dropout: random must hold 32-bit words',
    )
  })
})
