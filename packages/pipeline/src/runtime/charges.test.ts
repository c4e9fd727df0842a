import { describe, expect, it } from 'vitest'
import { Charges } from './charges.ts'

describe('charges', () => {
  it('are taken off up to a seq, once', () => {
    const charges = new Charges()
    for (let seq = 1; seq <= 3000; seq++) charges.add(seq, seq)
    expect(charges.retire(2999)).toBe(true)
    expect(charges.bytes).toBe(3000)
    expect(charges.retire(2000)).toBe(false)
    expect(charges.between(0, 3000)).toEqual({ bytes: 3000, frames: 1 })
    charges.retire(3000)
    expect(charges.bytes).toBe(0)
  })

  it('of one seq are told apart by their cursors', () => {
    const charges = new Charges()
    const positions = [{ given: 1 }, { given: 2 }, { given: 3 }, { given: 4 }]
    charges.add(1, 100, { source: 1 })
    for (const shuffle of positions) charges.add(2, 10, { source: 2, shuffle })
    // A later stage goes on from the second of them: what is before it is done with as well.
    charges.left(2, { source: 2, shuffle: positions[1]!, train: { step: 1 } })
    expect(charges.bytes).toBe(20)
    charges.left(2, { source: 2, shuffle: positions[2]! })
    expect(charges.bytes).toBe(10)
    charges.left(3, { source: 3 })
    expect(charges.bytes).toBe(0)
  })

  it('of one seq go one by one where no cursor tells', () => {
    const charges = new Charges()
    for (let i = 0; i < 3; i++) charges.add(5, 10, { shuffle: { i } })
    charges.left(5, { batch: { frames: 1 } })
    expect(charges.bytes).toBe(20)
  })
})
