import process from 'node:process'
import { describe } from 'vitest'
import type { Addon } from '../addon.ts'
import { findAddon } from '../find.ts'

const found = await findAddon()
// Not to be passed over: what is tested would not be what is written.
if ('reason' in found && /other sources|do not load/.test(found.reason)) throw new Error(found.reason)
export const addon: Addon | undefined = 'addon' in found ? found.addon : undefined

/** One instruction set in one precision. */
export interface Setting {
  readonly set: string
  readonly bf16: boolean
}

/**
 * Runs the same tests with every instruction set of this processor (of those that SLUICE_TEST_ISA names, if it is set), in every
 * precision it has. Skipped, and said so, where the addon has not been built.
 */
export function onEverySet(tests: (addon: Addon, setting: Setting) => void): void {
  if (!addon) {
    const reason = 'reason' in found ? found.reason : ''
    describe.skip(`native kernels (${reason}: run node packages/compute/native/build.js)`, () => {
      tests(undefined as never, { set: '', bf16: false })
    })
    return
  }
  const built = addon
  const first = built.instructionSet()!
  const asked = process.env.SLUICE_TEST_ISA?.split(',')
  for (const set of built.instructionSets().filter(set => asked?.includes(set) ?? true)) {
    built.useInstructionSet(set)
    for (const bf16 of built.hasBf16() ? [false, true] : [false]) {
      describe(`${set} ${bf16 ? 'bf16' : 'f32'}`, () => tests(built, { set, bf16 }))
    }
  }
  built.useInstructionSet(first)
}
