import { expect, test } from 'vitest'
import { crew } from './crew.ts'

/** Makes much that lives for a while, as V8 lets the space for young objects grow for; answers what that holds, in megabytes. */
const program = {
  url: new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { getHeapSpaceStatistics } from 'node:v8'
      import { parentPort } from 'node:worker_threads'
      parentPort.on('message', ({ id }) => {
        const kept = []
        for (let i = 0; i < 4e6; i++) kept[i % 100_000] = { i }
        const young = getHeapSpaceStatistics().find(space => space.space_name === 'new_space')
        parentPort.postMessage({ id, answer: young.space_size / 2 ** 20 })
      })
    `)}`,
  ),
  execArgv: [],
}

test("a thread's heap for young objects is as large as it was said to be", async () => {
  const held = async (limit: { youngMegabytes?: number }) => {
    const threads = crew({ name: 'a thread', program, threads: 1, ...limit })
    const megabytes: number = await threads.ask(() => ({ ask: undefined }))
    await threads.close()
    return megabytes
  }
  expect(await held({ youngMegabytes: 3 })).toBeLessThanOrEqual(3)
  expect(await held({})).toBeGreaterThan(6)
})

/** Answers with the thread's own number. */
const numbered = {
  url: new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, threadId } from 'node:worker_threads'
      parentPort.on('message', ({ id }) => parentPort.postMessage({ id, answer: threadId }))
    `)}`,
  ),
  execArgv: [],
}

/** Which of two threads were given questions that take so long, all asked before the first is answered. */
async function given(weights: readonly number[]): Promise<number[]> {
  const threads = crew({ name: 'a thread', program: numbered, threads: 2 })
  const answers = await Promise.all(weights.map(weight => threads.ask(() => ({ ask: undefined, weight }))))
  await threads.close()
  return answers
}

test('questions go to the thread that has the least to do', async () => {
  const [a, b, ...rest] = await given([1, 1, 1, 1, 1, 1])
  expect(a).not.toBe(b)
  expect(rest).toEqual([a, b, a, b])
  const [long, short, ...others] = await given([4, 1, 1, 1, 1, 1])
  expect(long).not.toBe(short)
  expect(others).toEqual([short, short, short, long])
})
