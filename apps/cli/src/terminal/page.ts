import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { StateError } from '@sluice/pipeline'

/** The page of a run, served by a process of its own. */
export interface Page {
  /** Opens it once. */
  readonly url: string
  close(): void
}

/**
 * Starts `pipeline view` beside a run that is about to begin, in a process of its own, so that neither waits for the other, and of
 * lower priority, so that it takes what training leaves. It ends when this process does, however that comes about: with its input.
 */
export async function startPage(run: string, verbose: boolean): Promise<Page> {
  const program = fileURLToPath(new URL('../../bin/pipeline.js', import.meta.url))
  const words = ['view', run, '--beside', ...(verbose ? ['--verbose'] : [])]
  // A group of its own: Ctrl-C is for the run, whose last steps are still to be seen.
  const child = spawn(process.execPath, [program, ...words], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve)
    child.once('error', reject)
    child.once('exit', code => reject(new StateError(`the page could not be served: its process ended with ${code}`)))
  })
  lines.on('line', () => {})
  // What goes wrong with the page does not end the run.
  child.stdin.on('error', () => {})
  child.unref()
  try {
    if (child.pid !== undefined) setPriority(child.pid, 10)
  } catch {
    // Not everybody may.
  }
  return { url, close: () => child.stdin.end() }
}
