import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { loadRecipe, peekDocuments } from '@sluice/recipe'
import { printable } from '../terminal/printable.ts'
import type { Command } from './command.ts'

interface PeekOptions {
  readonly config: string
  readonly stage: number | undefined
  readonly count: number
  readonly json: boolean
}

export const peekCommand: Command<PeekOptions> = {
  command: 'peek <config>',
  describe: 'Print some documents of each source of a recipe as they are after a refining stage',
  positionals: {
    config: { type: 'string', demandOption: true, describe: 'The recipe, a JSON file' },
  },
  options: {
    stage: { type: 'number', describe: 'After how many of the refining stages; 0: as they are read (all)' },
    count: { type: 'number', default: 3, describe: 'How many documents of each source' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object per document, with its whole text' },
  },
  examples: [['$0 peek recipes/mixed.json --stage 1', 'what the first stage leaves']],
  async run({ config, stage = Number.MAX_SAFE_INTEGER, count, json }, console) {
    for (const [name, value] of Object.entries({ stage, count })) {
      if (!Number.isSafeInteger(value) || value < 0) {
        throw new ConfigError(`--${name} must be a whole number, 0 or more, not ${value}`)
      }
    }
    const loaded = await loadRecipe(resolve(console.cwd, config))
    for (const row of await peekDocuments({ ...loaded, stages: stage, count })) {
      if (json) console.stdout.write(`${JSON.stringify(row)}\n`)
      else {
        const text = String(row.text)
        const shown = text.length > 600 ? `${text.slice(0, 600)} …` : text
        const size = Buffer.byteLength(text)
        console.stdout.write(printable(`--- ${row.source}: ${row.id} (${size} bytes)\n${shown}\n`))
      }
    }
    return 0
  },
}
