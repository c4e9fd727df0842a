import { nearest } from '@sluice/pipeline'
import type { Command } from './commands/command.ts'

/** What is wrong with a command line, in our words: of several complaints of the parser, the one that names a culprit. */
export function explain(faults: readonly string[], argv: readonly string[], commands: readonly Command[]): string {
  const named = commands.find(command => nameOf(command) === argv.find(word => !word.startsWith('-')))
  for (const fault of faults) {
    const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(fault)?.[1]
    if (unknown !== undefined) return explainUnknown(unknown, argv, named, commands)
    const missing = /^Missing required arguments?: (.+)/.exec(fault)?.[1]
    if (missing !== undefined) return `${missing} is missing${named ? `: pipeline ${named.command}` : ''}`
    const [, name, given, choices] = /Argument: (\S+), Given: (.+), Choices: (.+)/.exec(fault) ?? []
    if (name !== undefined)
      return `${named?.positionals?.[name] ? '' : '--'}${name} must be one of ${choices!.replaceAll('"', '')}, not ${given}`
    const bare = /^Not enough arguments following: (.+)/.exec(fault)?.[1]
    if (bare !== undefined) return `--${bare} needs a value`
  }
  return faults.at(-1)!
}

function explainUnknown(
  word: string,
  argv: readonly string[],
  named: Command | undefined,
  commands: readonly Command[],
) {
  const isOption = argv.some(argument => argument === word || argument.startsWith('-')) && !argv.includes(word)
  if (isOption) return `no option is called --${word}${suggest(word, Object.keys(named?.options ?? {}), '--')}`
  if (named) return `"${word}" is one argument too many: pipeline ${named.command}`
  return `no command is called "${word}"${suggest(word, commands.map(nameOf), '')}`
}

function suggest(word: string, known: readonly string[], prefix: string): string {
  const near = nearest(word, known)
  return near === undefined ? '' : `, did you mean ${prefix}${near}?`
}

function nameOf(command: Command): string {
  return command.command.split(' ')[0]!
}
