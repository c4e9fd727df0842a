import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'

it('runs the example of the README', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme)!
  // In a folder that git ignores, from which the package's own name resolves.
  const folder = new URL('../.vitest/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = new URL('readme-example.ts', folder)
  writeFileSync(file, code!)
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await import(/* @vite-ignore */ file.href)
    expect(log.mock.calls).toEqual([[26, { letters: 26 }]])
  } finally {
    log.mockRestore()
  }
})
