import { existsSync } from 'node:fs'
import { describe } from 'vitest'
import { type Addon, addonPath, loadAddon } from '../addon.ts'

export const addon: Addon | undefined = existsSync(addonPath) ? loadAddon() : undefined

/** One instruction set in one precision. */
export interface Setting {
  readonly set: string
  readonly bf16: boolean
}

/**
 * Runs the same tests with every instruction set of this processor, in every precision it has. Skipped, and said so, where
 * the addon has not been built.
 */
export function onEverySet(tests: (addon: Addon, setting: Setting) => void): void {
  if (!addon) {
    describe.skip('native kernels (the addon is not built: node packages/compute/native/build.js)', () => {
      tests(undefined as never, { set: '', bf16: false })
    })
    return
  }
  const built = addon
  const first = built.instructionSet()!
  for (const set of built.instructionSets()) {
    built.useInstructionSet(set)
    for (const bf16 of built.hasBf16() ? [false, true] : [false]) {
      describe(`${set} ${bf16 ? 'bf16' : 'f32'}`, () => tests(built, { set, bf16 }))
    }
  }
  built.useInstructionSet(first)
}
