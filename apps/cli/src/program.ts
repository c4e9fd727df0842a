import { readFileSync } from 'node:fs'
import { ConfigError } from '@sluice/pipeline'
import yargs, { type Argv } from 'yargs'
import { blameCommand } from './commands/blame.ts'
import type { Command, CommonOptions } from './commands/command.ts'
import { doctorCommand } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { fillCommand } from './commands/fill.ts'
import { generateCommand } from './commands/generate.ts'
import { initCommand } from './commands/init.ts'
import { inspectCommand } from './commands/inspect/inspect.ts'
import { peekCommand } from './commands/peek.ts'
import { planCommand } from './commands/plan.ts'
import { refineCommand } from './commands/refine.ts'
import { replayCommand } from './commands/replay.ts'
import { runCommand } from './commands/run.ts'
import { schemaCommand } from './commands/schema.ts'
import { setupCommand } from './commands/setup.ts'
import { stageCommand } from './commands/stage.ts'
import { tokenizerCommand } from './commands/tokenizer.ts'
import { validateCommand } from './commands/validate.ts'
import { viewCommand } from './commands/view.ts'
import { explain } from './usage.ts'

export const commands: readonly Command[] = [
  runCommand,
  viewCommand,
  refineCommand,
  peekCommand,
  stageCommand,
  generateCommand,
  fillCommand,
  inspectCommand,
  exportCommand,
  blameCommand,
  replayCommand,
  validateCommand,
  planCommand,
  tokenizerCommand,
  doctorCommand,
  setupCommand,
  initCommand,
  schemaCommand,
]

/** What a command line asks for: text to print (help, version), or a command with its options. */
export type Request =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly command: Command; readonly options: CommonOptions }

/** @throws ConfigError naming what is wrong with the command line */
export async function parse(argv: readonly string[]): Promise<Request> {
  let request: Request | undefined
  const faults: string[] = []
  const parser = program((command, options) => {
    request = { kind: 'command', command, options }
  }).fail((message, error) => {
    faults.push(message ?? error.message)
  })
  const text = await new Promise<string>(resolve => {
    parser.parse(argv.length === 0 ? ['--help'] : [...argv], {}, (_error, _options, output) => resolve(output))
  })
  if (faults.length > 0) throw new ConfigError(explain(faults, argv, commands), { advice: 'see pipeline --help' })
  return request ?? { kind: 'text', text: `${text}\n` }
}

function program(chosen: (command: Command, options: CommonOptions) => void): Argv {
  const parser = yargs()
    .scriptName('pipeline')
    .locale('en')
    .usage('$0 <command>\n\nTrains Transformers from raw text: corpora flow through stages into a model.')
    .version(version())
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .wrap(100)
    .strict()
    .exitProcess(false)
    .option('verbose', { type: 'boolean', default: false, describe: 'Print the stack of an error' })
    .demandCommand(1)
  for (const command of commands) {
    parser.command(
      command.command,
      command.describe,
      builder => {
        for (const [name, options] of Object.entries(command.positionals ?? {})) builder.positional(name, options)
        // Else only the last of several words would be left.
        const several = Object.values(command.positionals ?? {}).some(options => options.array)
        // Nor may an option that is given several times take what follows its value.
        const again = Object.values(command.options).some(options => options.array)
        if (several || again)
          builder.parserConfiguration({ 'duplicate-arguments-array': true, 'greedy-arrays': !again })
        // There it is not the program's own.
        if ('version' in command.options) builder.version(false)
        for (const [name, options] of Object.entries(command.options)) {
          builder.option(name, options.type === 'boolean' ? options : { ...options, requiresArg: true })
        }
        for (const [line, what] of command.examples) builder.example(line, what)
        return builder
      },
      options => chosen(command, lastOfEach(command, options) as unknown as CommonOptions),
    )
  }
  return parser
}

/** Of an option that takes one value and was given several times, the last. */
function lastOfEach(command: Command, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const single = (name: string) => command.options[name] && !command.options[name].array
  const hyphened = (name: string) => name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      Array.isArray(value) && single(hyphened(name)) ? value.at(-1) : value,
    ]),
  )
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}
