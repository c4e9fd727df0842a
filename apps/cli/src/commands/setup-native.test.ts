import { afterEach, expect, test, vi } from 'vitest'
import { main } from '../main.ts'
import { testConsole } from '../testing/console.ts'
import { done } from './setup-native.ts'

afterEach(() => vi.unstubAllEnvs())

async function called(...argv: string[]) {
  const console = testConsole({ cwd: '/nowhere' })
  return { code: await main(argv, console), out: console.out(), err: console.err() }
}

test('without a compiler: why, and what to do', async () => {
  vi.stubEnv('CXX', 'no-such-compiler')
  const { code, out, err } = await called('setup', 'native')
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^pipeline: native cannot be built: CXX names no-such-compiler, which does not run; .+ CXX\n$/)
})

test('the same as JSON', async () => {
  vi.stubEnv('CXX', 'no-such-compiler')
  const { code, out } = await called('setup', 'native', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    available: false,
    built: false,
    reason: 'CXX names no-such-compiler, which does not run',
    backend: { name: 'native' },
  })
})

test('what was done', () => {
  const compiler = 'g++ 12.2.0'
  expect(done({ built: false, reason: 'it is up to date', path: 'x', compiler, seconds: 0.1 })).toBe(
    'nothing to do, it is up to date',
  )
  expect(done({ built: true, reason: '', path: 'x', compiler, seconds: 31.4 })).toBe('compiled in 31 s by g++ 12.2.0')
  expect(done({ built: true, reason: '', path: 'x', compiler, seconds: 31.4, leftOut: ['amx'] })).toBe(
    'compiled in 31 s by g++ 12.2.0, without amx, which it does not know',
  )
})
