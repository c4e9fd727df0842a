import picocolors from 'picocolors'
import type { Console, Output } from './console.ts'

export type Colours = ReturnType<typeof picocolors.createColors>

/** Colours on a terminal, none elsewhere; NO_COLOR switches them off, FORCE_COLOR on. */
export function coloursFor(output: Output, env: Console['env']): Colours {
  if (env.NO_COLOR) return picocolors.createColors(false)
  return picocolors.createColors(output.isTTY || (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'))
}
