/**
 * Where the threads' program lies: built JavaScript beside this file. Undefined where this file is run from its TypeScript source,
 * from which Node 20 starts no thread.
 */
export function workerEntry(): URL | undefined {
  if (import.meta.url.endsWith('.ts')) return undefined
  return new URL('./worker.js', import.meta.url)
}
