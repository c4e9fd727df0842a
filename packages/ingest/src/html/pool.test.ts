import { expect, test } from 'vitest'
import { BadPage } from './extract.ts'
import { extractors } from './pool.ts'

/** A program in place of the real one: what it does is the page's word. */
const program = {
  url: new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, threadId, workerData } from 'node:worker_threads'
      parentPort.on('message', ({ id, ask: html }) => {
        const say = answer => parentPort.postMessage({ id, answer })
        if (html === 'throw') throw new Error('out of words')
        if (html === 'exit') process.exit(3)
        if (html === 'bad') say({ bad: 'too deep' })
        else if (html === 'none') say({ article: undefined })
        else setTimeout(() => say({ article: { text: html + workerData.content, lang: String(threadId) } }), Number(html))
      })
    `)}`,
  ),
  execArgv: [],
}

test('pages come back to those who sent them, from as many threads as there is work for', async () => {
  const extractor = extractors({ content: 'article', threads: 2, program })()
  expect(extractor.parallel).toBe(4)
  const found = await Promise.all(['30', '1', '20', '2'].map(html => extractor.extract(html)))
  expect(found.map(article => article!.text)).toEqual(['30article', '1article', '20article', '2article'])
  expect(new Set(found.map(article => article!.lang)).size).toBe(2)
  expect(await extractor.extract('none')).toBeUndefined()
  await expect(extractor.extract('bad')).rejects.toThrow(new BadPage('too deep'))
  await extractor.close()
})

test('extractors share threads, and threads outlive the one that started them', async () => {
  const open = extractors({ content: 'page', threads: 1, program })
  const one = open()
  const first = await one.extract('1')
  await one.close()
  const two = open()
  expect((await two.extract('1'))!.lang).toBe(first!.lang)
  await two.close()
})

test('a thread that fails or ends is an error for its pages', async () => {
  const failing = extractors({ content: 'page', threads: 1, program })()
  await expect(failing.extract('throw')).rejects.toThrow(
    'a thread that extracts articles failed: out of words (2 in a row over the same work)',
  )
  const ending = extractors({ content: 'page', threads: 1, program })()
  await expect(ending.extract('exit')).rejects.toThrow(
    'a thread that extracts articles ended with exit code 3 (2 in a row',
  )
  // The next page has another thread.
  expect((await ending.extract('1'))!.text).toBe('1page')
  await failing.close()
  await ending.close()
})

test('without threads, and from sources, the caller’s thread does it', async () => {
  for (const threads of [0, 2]) {
    const extractor = extractors({ content: 'page', threads })()
    expect(extractor.parallel).toBe(1)
    expect(await extractor.extract('<p>One<p>two')).toEqual({ text: 'One\n\ntwo' })
    await expect(extractor.extract('<div>'.repeat(600))).rejects.toThrow('elements nest deeper than 512')
    await extractor.close()
  }
})
