import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { fillMasks, openTrained } from '@sluice/recipe'
import { printable } from '../terminal/printable.ts'
import { backends } from './backends.ts'
import type { Command } from './command.ts'

interface FillOptions {
  readonly run: string
  readonly text: string
  readonly top: number
  readonly checkpoint: number | undefined
  readonly backend: string
  readonly json: boolean
}

export const fillCommand: Command<FillOptions> = {
  command: 'fill <run>',
  describe: 'Let a trained BERT say what stands at the masks of a text',
  positionals: {
    run: { type: 'string', demandOption: true, describe: 'Folder of the run, such as runs/bert' },
  },
  options: {
    text: { type: 'string', demandOption: true, describe: 'The text, with [MASK] where a word is wanted' },
    top: { type: 'number', default: 5, describe: 'Likeliest tokens to show for each mask' },
    checkpoint: { type: 'number', describe: 'Step of the checkpoint to load instead of the latest' },
    backend: { type: 'string', choices: backends, default: 'auto', describe: 'What computes' },
    json: { type: 'boolean', default: false, describe: 'Write JSON' },
  },
  examples: [['$0 fill runs/bert --text "call me [MASK] ."', 'shows the likeliest words']],
  async run(options, console) {
    const { top } = options
    if (!Number.isSafeInteger(top) || top < 1) throw new ConfigError(`--top must be a whole number above 0, not ${top}`)
    const trained = await openTrained({
      path: resolve(console.cwd, options.run),
      backend: options.backend,
      ...(options.checkpoint === undefined ? {} : { step: options.checkpoint }),
    })
    try {
      const { model, tokenizer } = trained
      if (model.predicts !== 'masked') {
        throw new ConfigError('this model continues a text, it does not fill in masks', {
          advice: 'use: pipeline generate <run> --prompt "…"',
        })
      }
      const { masks } = fillMasks(model, tokenizer, options.text, { most: top })
      const { stdout } = console
      if (options.json) stdout.write(`${JSON.stringify(masks, null, 2)}\n`)
      else {
        masks.forEach(({ fillings }, i) => {
          if (masks.length > 1) stdout.write(`mask ${i + 1}\n`)
          for (const { token, probability } of fillings) {
            stdout.write(`${(100 * probability).toFixed(1).padStart(6)} %  ${printable(token)}\n`)
          }
        })
      }
      return 0
    } finally {
      trained.dispose()
    }
  },
}
