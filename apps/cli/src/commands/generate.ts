import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { openTrained } from '@sluice/recipe'
import { type Console, interruptCodes } from '../terminal/console.ts'
import { printable } from '../terminal/printable.ts'
import { backends } from './backends.ts'
import type { Command } from './command.ts'
import { readPrompts } from './prompts.ts'

interface GenerateOptions {
  readonly run: string
  readonly prompt: readonly string[] | undefined
  readonly prompts: string | undefined
  readonly batchSize: number
  readonly json: boolean
  readonly maxTokens: number
  readonly temperature: number
  readonly topK: number | undefined
  readonly topP: number | undefined
  readonly minP: number | undefined
  readonly repetitionPenalty: number | undefined
  readonly stop: readonly string[] | undefined
  readonly seed: number | undefined
  readonly checkpoint: number | undefined
  readonly backend: string
}

export const generateCommand: Command<GenerateOptions> = {
  command: 'generate <run>',
  describe: 'Let a trained model continue a text',
  positionals: {
    run: { type: 'string', demandOption: true, describe: 'Folder of the run, such as runs/quickstart' },
  },
  options: {
    prompt: { type: 'string', array: true, describe: 'The text to continue; may be given several times' },
    prompts: { type: 'string', describe: 'File of prompts, one a line, or JSON lines with "prompt"' },
    'batch-size': { type: 'number', default: 8, describe: 'Prompts to continue side by side' },
    json: { type: 'boolean', default: false, describe: 'Write JSON, a line for each prompt, with log-probabilities' },
    'max-tokens': { type: 'number', default: 100, describe: 'Tokens to generate at most' },
    temperature: { type: 'number', default: 0.8, describe: '0: always the likeliest token' },
    'top-k': { type: 'number', describe: 'Choose among the so many likeliest tokens' },
    'top-p': { type: 'number', describe: 'Choose among the likeliest tokens that make up this share' },
    'min-p': { type: 'number', describe: 'Choose among tokens at least this share as likely as the likeliest' },
    'repetition-penalty': { type: 'number', describe: 'Above 1: what was said already becomes less likely' },
    stop: { type: 'string', array: true, describe: 'End before this text; may be given several times' },
    seed: { type: 'number', describe: 'Makes the text repeatable' },
    checkpoint: { type: 'number', describe: 'Step of the checkpoint to load instead of the latest' },
    backend: { type: 'string', choices: backends, default: 'auto', describe: 'What computes' },
  },
  examples: [
    ['$0 generate runs/quickstart --prompt "Call me"', 'continues the text, token by token'],
    ['$0 generate runs/quickstart --prompts prompts.txt --json', 'continues each line, several at a time'],
  ],
  async run(options, console) {
    const sampling = checkedSampling(options)
    const prompts = await promptsOf(options, console)
    const trained = await openTrained({
      path: resolve(console.cwd, options.run),
      backend: options.backend,
      ...(options.checkpoint === undefined ? {} : { step: options.checkpoint }),
    })
    const stopping = new AbortController()
    const release = console.onInterrupt(signal => {
      if (stopping.signal.aborted) console.exit(interruptCodes[signal])
      stopping.abort()
    })
    const { stdout } = console
    const tell = (text: string) => stdout.write(stdout.isTTY ? printable(text) : text)
    const asked = { ...sampling, signal: stopping.signal }
    try {
      if (prompts.length === 1 && !options.json) {
        tell(prompts[0]!)
        for await (const text of trained.continue({ ...asked, prompt: prompts[0]! })) tell(text)
        tell('\n')
      } else {
        let told = 0
        for await (const one of trained.continueAll({ ...asked, prompts, rows: options.batchSize })) {
          if (options.json) stdout.write(`${JSON.stringify({ ...one, seed: sampling.seed })}\n`)
          else tell(`${told++ > 0 ? '\n' : ''}${one.prompt}${one.text}\n`)
        }
      }
      return stopping.signal.aborted ? 130 : 0
    } finally {
      release()
      trained.dispose()
    }
  },
}

async function promptsOf({ prompt = [], prompts }: GenerateOptions, console: Console): Promise<string[]> {
  const read = prompts === undefined ? [] : await readPrompts(resolve(console.cwd, prompts))
  const all = [...prompt, ...read]
  if (all.length > 0) return all
  throw new ConfigError('prompt is missing: pipeline generate <run>', {
    advice: 'give --prompt "…", or a file of them with --prompts',
  })
}

function checkedSampling(options: GenerateOptions) {
  const { maxTokens, batchSize, temperature, topK, topP, minP, repetitionPenalty, stop, seed } = options
  const require = (name: string, value: number | undefined, expected: string, holds: (value: number) => boolean) => {
    if (value !== undefined && !holds(value)) throw new ConfigError(`--${name} must be ${expected}, not ${value}`)
  }
  const natural = (value: number) => Number.isSafeInteger(value) && value > 0
  require('batch-size', batchSize, 'a whole number above 0', natural)
  require('max-tokens', maxTokens, 'a whole number above 0', natural)
  require('temperature', temperature, '0 or more', value => value >= 0 && Number.isFinite(value))
  require('top-k', topK, 'a whole number above 0', natural)
  require('top-p', topP, 'above 0 and at most 1', value => value > 0 && value <= 1)
  require('min-p', minP, 'from 0 to 1', value => value >= 0 && value <= 1)
  require('repetition-penalty', repetitionPenalty, 'above 0', value => value > 0 && Number.isFinite(value))
  require('seed', seed, 'a whole number, 0 or more', value => Number.isSafeInteger(value) && value >= 0)
  return {
    maxTokens,
    temperature,
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
    minP,
    repetitionPenalty,
    stopAt: stop?.filter(text => text !== ''),
    // Without a seed each call tells another story; this is the one place where chance may come from outside.
    seed: seed ?? Math.floor(Math.random() * 2 ** 32),
  }
}
