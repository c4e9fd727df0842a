// Other programs, and several at a time.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/**
 * The exit code and all output; rejects if the program cannot be started.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ timeout?: number }} [options] milliseconds after which it is ended
 * @returns {Promise<{ code: number | null, signal: string | null, out: string }>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, ...options })
    let out = ''
    child.stdout.on('data', data => (out += data))
    child.stderr.on('data', data => (out += data))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out }))
  })
}

/** Runs a task for each item, as many at a time as there are cores; all have ended when it returns or throws. */
export async function inParallel(items, task) {
  const queue = [...items]
  let failed
  const worker = async () => {
    for (let item = queue.shift(); item && !failed; item = queue.shift()) {
      await task(item).catch(cause => {
        failed ??= cause
      })
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  if (failed) throw failed
}
