import { SluiceError } from '@sluice/pipeline'
import type { Console } from './terminal/console.ts'

/** One line to standard error, and the exit code that belongs to the fault. With `verbose`, the stack as well. */
export function report(error: unknown, console: Console, verbose: boolean): number {
  if (error instanceof SluiceError) {
    console.stderr.write(`pipeline: ${error.toString()}\n`)
    if (verbose) console.stderr.write(`${stack(error)}\n`)
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : String(error)
  const advice = verbose ? '' : '; run again with --verbose for the stack'
  console.stderr.write(`pipeline: unexpected: ${oneLine(message)}${advice}\n`)
  if (verbose) console.stderr.write(`${stack(error)}\n`)
  return 1
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ')
}

function stack(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? `${error.stack}` : `${error.stack}\ncaused by ${stack(error.cause)}`
}
