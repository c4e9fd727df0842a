import { report } from './errors.ts'
import { parse } from './program.ts'
import { type Console, processConsole } from './terminal/console.ts'

/**
 * The command `pipeline`.
 *
 * @param argv what follows the command's name
 * @returns the exit code: 0, 1 for what the data or the machine did, 2 for what was asked, 130 after Ctrl-C
 */
export async function main(argv: readonly string[], console: Console = processConsole()): Promise<number> {
  try {
    const request = await parse(argv)
    if (request.kind === 'command') return await request.command.run(request.options, console)
    console.stdout.write(request.text)
    return 0
  } catch (error) {
    return report(error, console, argv.includes('--verbose'))
  }
}
