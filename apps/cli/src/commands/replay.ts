import { resolve } from 'node:path'
import { replayStep } from '@sluice/recipe'
import { coloursFor } from '../terminal/colours.ts'
import { printable } from '../terminal/printable.ts'
import type { Command } from './command.ts'

interface ReplayCommandOptions {
  readonly run: string
  readonly step: number
  readonly baseDir: string | undefined
  readonly json: boolean
}

export const replayCommand: Command<ReplayCommandOptions> = {
  command: 'replay <run>',
  describe: 'Build the batch of a step again, and show its documents and text',
  positionals: {
    run: { type: 'string', demandOption: true, describe: 'Folder of the run, such as runs/quickstart' },
  },
  options: {
    step: { type: 'number', demandOption: true, describe: 'Which step' },
    'base-dir': { type: 'string', describe: 'What the recipe’s paths are relative to, where that has moved' },
    json: { type: 'boolean', default: false, describe: 'Write JSON, token ids included' },
  },
  examples: [['$0 replay runs/quickstart --step 120', 'what the model saw in step 120']],
  async run({ run, step, baseDir, json }, console) {
    const replayed = await replayStep({
      path: resolve(console.cwd, run),
      step,
      baseDir: baseDir === undefined ? undefined : resolve(console.cwd, baseDir),
    })
    const { stdout } = console
    if (json) {
      stdout.write(`${JSON.stringify(replayed, null, 2)}\n`)
      return 0
    }
    const { bold, dim } = coloursFor(stdout, console.env)
    const { rows, from } = replayed
    const start = from === 0 ? 'the beginning' : `the checkpoint of step ${from}`
    stdout.write(`step ${step}: ${rows.length} rows of ${rows[0]!.ids.length} tokens, read on from ${start}\n`)
    rows.forEach(({ spans }, row) => {
      for (const { source, doc_id, start, length, text } of spans) {
        const place = dim(`tokens ${start}-${start + length - 1} of row ${row + 1}`)
        stdout.write(
          `\n${bold(printable(`${source}/${doc_id}`))}  ${place}\n${text.split('\n').map(printable).join('\n')}\n`,
        )
      }
    })
    return 0
  },
}
