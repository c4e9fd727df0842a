import { expect, test } from 'vitest'
import { main } from './main.ts'
import { testConsole } from './testing/console.ts'

async function called(...argv: string[]) {
  const console = testConsole({ cwd: '/nowhere' })
  return { code: await main(argv, console), out: console.out(), err: console.err() }
}

// These are the flags people have in their scripts: a change here is a change of the interface.
test.each(['', 'run', 'generate', 'validate', 'doctor', 'init', 'schema', 'setup', 'tokenizer', 'inspect'])(
  'help %s',
  async command => {
    const { code, out, err } = await called(...(command ? [command, '--help'] : ['--help']))
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatchSnapshot()
  },
)

test('without a command, help', async () => {
  expect(await called()).toEqual(await called('--help'))
})

test('version', async () => {
  expect(await called('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' })
})

test.each([
  [['runn', 'x'], 'no command is called "runn", did you mean run?'],
  [['frobnicate'], 'no command is called "frobnicate"'],
  [['run'], 'config is missing: pipeline run <config>'],
  [['run', 'a.json', 'b.json'], '"b.json" is one argument too many: pipeline run <config>'],
  [['run', 'a.json', '--resum'], 'no option is called --resum, did you mean --resume?'],
  [['run', 'a.json', '--backend'], '--backend needs a value'],
  [['run', 'a.json', '--backend', 'wasn'], '--backend must be one of auto, tensorflow, native, wasm, cpu, not "wasn"'],
  [['setup', 'natve'], 'what must be one of native, tensorflow, not "natve"'],
  [['setup'], 'what is missing: pipeline setup <what>'],
])('%j', async (argv, message) => {
  expect(await called(...argv)).toEqual({ code: 2, out: '', err: `pipeline: ${message}; see pipeline --help\n` })
})

test.each([
  [['run', 'a.json', '--resume', '--overwrite'], '--resume and --overwrite exclude each other'],
  [['run', 'a.json', '--steps', 'many'], '--steps must be a whole number above 0, not NaN'],
])('%j', async (argv, message) => {
  expect(await called(...argv)).toEqual({ code: 2, out: '', err: `pipeline: ${message}\n` })
})
