import type { Options, PositionalOptions } from 'yargs'
import type { Console } from '../terminal/console.ts'

/** One command of the program: what it takes, and what it does. */
export interface Command<A = any> {
  /** As yargs writes it: `run <config>`. */
  readonly command: string
  readonly describe: string
  readonly positionals?: Readonly<Record<string, PositionalOptions>>
  readonly options: Readonly<Record<string, Options>>
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** @returns the exit code */
  run(options: A & CommonOptions, console: Console): Promise<number>
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly verbose: boolean
}
