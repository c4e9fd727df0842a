import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { type BlamedDocument, blameDocuments } from '@sluice/recipe'
import { coloursFor } from '../terminal/colours.ts'
import { printable } from '../terminal/printable.ts'
import type { Command } from './command.ts'

interface BlameCommandOptions {
  readonly run: string
  readonly step: number | undefined
  readonly top: number
  readonly json: boolean
}

export const blameCommand: Command<BlameCommandOptions> = {
  command: 'blame <run>',
  describe: 'List the documents that a step, or all of a run, found hardest',
  positionals: {
    run: { type: 'string', demandOption: true, describe: 'Folder of a run trained with "blame": true' },
  },
  options: {
    step: { type: 'number', describe: 'Of this step alone' },
    top: { type: 'number', default: 20, describe: 'How many documents' },
    json: { type: 'boolean', default: false, describe: 'Write JSON' },
  },
  examples: [['$0 blame runs/mine --step 1200', 'the documents of one batch, the worst first']],
  async run({ run, step, top, json }, console) {
    if (!Number.isSafeInteger(top) || top < 1) throw new ConfigError(`--top must be a whole number above 0, not ${top}`)
    const worst = await blameDocuments({ path: resolve(console.cwd, run), step, top })
    if (json) {
      console.stdout.write(`${JSON.stringify(worst, null, 2)}\n`)
      return 0
    }
    const { dim } = coloursFor(console.stdout, console.env)
    console.stdout.write(`${dim('   loss   excess  tokens  document')}\n`)
    for (const document of worst) console.stdout.write(`${line(document, step === undefined)}\n`)
    return 0
  },
}

/** Losses in nats a token; the excess is over the batch of the same step. */
function line({ loss, excess, tokens, source, doc_id, steps }: BlamedDocument, ofRun: boolean): string {
  const numbers = [loss.toFixed(3).padStart(7), `${excess > 0 ? '+' : ''}${excess.toFixed(3)}`.padStart(7)]
  const where = ofRun ? `  (${steps.length === 1 ? 'step' : 'steps'} ${some(steps)})` : ''
  return `${numbers.join('  ')}  ${String(tokens).padStart(6)}  ${printable(`${source}/${doc_id}`)}${where}`
}

function some(steps: readonly number[]): string {
  return steps.length <= 3 ? steps.join(', ') : `${steps.slice(0, 3).join(', ')} and ${steps.length - 3} more`
}
