import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const loader = fileURLToPath(new URL('../../../../scripts/typescript-loader.js', import.meta.url))
const module = new URL('./collect-less-often.ts', import.meta.url).href

/** 10 MB that live, then whole collections: at a growth of 1.2 times, and after the call; then one in a thread. */
const program = `
  import { setFlagsFromString } from 'node:v8'
  import { Worker } from 'node:worker_threads'
  import { collectLessOften } from '${module}'
  globalThis.alive = Array.from({ length: 2e5 }, (_, i) => ({ i }))
  if (!process.execArgv.some(flag => /^--heap.growing/.test(flag))) setFlagsFromString('--heap-growing-percent=20')
  gc()
  console.log('done: ' + collectLessOften())
  gc()
  new Worker('globalThis.alive = Array.from({ length: 2e5 }, (_, i) => ({ i })); gc()', { eval: true, execArgv: [] })
`

/** What the call answers, and how many times what was alive the heap may grow to after each collection, as V8 tells it. */
function told(...flags: string[]) {
  const args = ['--import', loader, '--expose-gc', '--trace-gc-verbose', ...flags, '--input-type=module', '-e', program]
  const out = execFileSync(process.execPath, args, { encoding: 'utf8' })
  const limits = [...out.matchAll(/\[HeapController\] Limit: old size: (\d+) KB, new limit: (\d+) KB/g)]
  const growth = limits.map(([, alive, limit]) => Number(limit) / Number(alive))
  const [before = 0, after = 0, inThread = 0] = growth.slice(-3)
  return { done: /done: (\w+)/.exec(out)?.[1], before, after, inThread }
}

test('heaps grow to four times what is alive before they are collected, in threads as well', () => {
  const { done, before, after, inThread } = told()
  expect(done).toBe('true')
  expect(before).toBeLessThan(3)
  expect(after).toBeGreaterThanOrEqual(4)
  expect(inThread).toBeGreaterThanOrEqual(4)
})

test.each(['--heap-growing-percent=20', '--heap_growing_percent=20'])('%s of the command line stays', flag => {
  const { done, before, after, inThread } = told(flag)
  expect(done).toBe('false')
  expect(before).toBeLessThan(3)
  expect(after).toBeLessThan(3)
  expect(inThread).toBeLessThan(3)
})
