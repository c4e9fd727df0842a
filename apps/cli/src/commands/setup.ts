import { ConfigError } from '@sluice/pipeline'
import type { Options } from 'yargs'
import type { Console } from '../terminal/console.ts'
import type { Command } from './command.ts'
import { setupNative } from './setup-native.ts'
import { setupTensorflow } from './setup-tensorflow.ts'

/** Something that `npm ci` cannot give everybody and that is made or fetched on demand. */
export interface Setup<O = any> {
  readonly describe: string
  /** A name that several of them use means the same in all. */
  readonly options: Readonly<Record<string, Options>>
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** @returns the exit code: 0 if it can be used now */
  run(options: O, console: Console): Promise<number>
}

const setups: Readonly<Record<string, Setup>> = { native: setupNative, tensorflow: setupTensorflow }

export const setupCommand: Command<{ readonly what: string }> = {
  command: 'setup <what>',
  describe: 'Make what an installation has left out: an engine to compute with',
  positionals: {
    what: {
      type: 'string',
      choices: Object.keys(setups),
      demandOption: true,
      describe: Object.entries(setups)
        .map(([name, { describe }]) => `${name}: ${describe}`)
        .join('; '),
    },
  },
  options: Object.assign({}, ...Object.values(setups).map(({ options }) => options)),
  examples: Object.values(setups).flatMap(({ examples }) => examples),
  async run(options, console) {
    const setup = setups[options.what]
    if (!setup) throw new ConfigError(`nothing to set up is called "${options.what}"`)
    return setup.run(options, console)
  },
}
