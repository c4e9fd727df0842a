import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { storageError } from '@sluice/pipeline'
import type { BadStep } from '@sluice/trainer'

/** Steps that were skipped, made the run go back, or stopped it, each with its documents: JSON lines in the run's folder. */
export const badStepsFile = 'bad-steps.jsonl'

/**
 * Writes bad steps down as they come.
 *
 * @param options.after the step the run goes on after: what later ones left is taken back. Default: a run that begins
 */
export function badStepsLog({ path, after }: { path: string; after?: number | undefined }) {
  if (after !== undefined && existsSync(path)) {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
    const kept = lines.filter(line => whole(line) && (JSON.parse(line) as BadStep).step <= after)
    writeFileSync(path, kept.map(line => `${line}\n`).join(''))
  }
  return {
    add({ step, loss, gradNorm, reason, action, rewoundTo, documents }: BadStep): void {
      const numbers = { loss: told(loss), grad_norm: told(gradNorm) }
      try {
        appendFileSync(
          path,
          `${JSON.stringify({ step, action, rewound_to: rewoundTo, reason, ...numbers, documents })}\n`,
        )
      } catch (error) {
        throw storageError('cannot be written', path, error)
      }
    },
  }
}

/** JSON has no NaN and no Infinity. */
const told = (value: number) => (Number.isFinite(value) ? value : String(value))

/** A killed process may leave half a line. */
const whole = (line: string) => line.endsWith('}')
