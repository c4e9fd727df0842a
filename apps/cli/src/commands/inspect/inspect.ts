import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError, storageError } from '@sluice/pipeline'
import {
  inspect,
  inspectionCsv,
  inspectionJson,
  inspectionParquet,
  inspections,
  inspectionTable,
  type OpenRun,
  openRun,
  type QuestionName,
  type Questions,
  writeProjector,
} from '@sluice/recipe'
import { coloursFor } from '../../terminal/colours.ts'
import { type Console, interruptCodes } from '../../terminal/console.ts'
import { backends } from '../backends.ts'
import type { Command } from '../command.ts'
import { show } from './show.ts'

/** Options that are a parameter of the same name, in camel case, of some of the questions. */
const parameters = [
  'text',
  'token',
  'id',
  'with',
  'step',
  'basis',
  'dimensions',
  'layer',
  'head',
  'tags',
  'tokens',
  'prompt',
  'maxTokens',
  'temperature',
  'topK',
  'topP',
  'seed',
  'alternatives',
  'word',
  'a',
  'b',
  'steps',
  'bins',
  'parts',
  'limit',
] as const
type Given = Readonly<Partial<Record<(typeof parameters)[number], string | number | boolean>>>

type InspectOptions = Given & {
  readonly what: QuestionName
  readonly run: string
  readonly json: boolean
  readonly csv: boolean
  readonly parquet: string | undefined
  readonly projector: string | undefined
  readonly backend: 'auto'
}

export const inspectCommand: Command<InspectOptions> = {
  command: 'inspect <what> <run>',
  describe: 'Look inside a run: its tokens, vectors, attention, predictions and weights',
  positionals: {
    what: { type: 'string', choices: Object.keys(inspections), demandOption: true, describe: 'What to look at' },
    run: { type: 'string', demandOption: true, describe: 'Folder of a run, going on or done, or of one checkpoint' },
  },
  options: {
    step: { type: 'number', describe: 'Of which kept checkpoint; default: the latest' },
    text: { type: 'string', describe: 'tokens, compare, attention, lens, heads, fill: the text to look at' },
    with: { type: 'string', describe: 'compare: another run beside it, a tokenizer file, bytes, characters or words' },
    token: { type: 'string', describe: 'neighbors: the token' },
    id: { type: 'number', describe: 'neighbors: the same by its number' },
    basis: { type: 'number', describe: 'embeddings: the step whose principal axes the map has' },
    dimensions: { type: 'number', describe: 'embeddings: 2 or 3' },
    layer: { type: 'number', describe: 'attention: this layer alone' },
    head: { type: 'number', describe: 'attention: this head alone' },
    tags: { type: 'boolean', describe: 'heads: look for nouns and verbs, too (English)' },
    tokens: { type: 'number', describe: 'lens: so many tokens of the text at most' },
    prompt: { type: 'string', describe: 'generate: the text to continue' },
    'max-tokens': { type: 'number', describe: 'generate: tokens at most' },
    temperature: { type: 'number', describe: 'generate: 0 takes the likeliest' },
    'top-k': { type: 'number', describe: 'generate: among the so many likeliest' },
    'top-p': { type: 'number', describe: 'generate: among the likeliest that make up this share' },
    seed: { type: 'number', describe: 'generate: of the choices' },
    alternatives: { type: 'number', describe: 'generate: likeliest tokens told of each step' },
    word: { type: 'string', describe: 'contexts: the word' },
    a: { type: 'string', describe: 'contexts: a text with the word in it' },
    b: { type: 'string', describe: 'contexts: another' },
    steps: { type: 'string', describe: 'weights: these steps, such as 0,100,1200' },
    bins: { type: 'number', describe: 'weights: bars of a histogram of each tensor (with --json)' },
    parts: { type: 'string', describe: 'ablate: these parts, such as "attention,layer 0 feed-forward"' },
    limit: { type: 'number', describe: 'So many of what is listed, or of the tokens looked at' },
    json: { type: 'boolean', default: false, describe: 'Print all of it as JSON' },
    csv: { type: 'boolean', default: false, describe: 'Print it as CSV' },
    parquet: { type: 'string', describe: 'Write it into this Parquet file' },
    projector: { type: 'string', describe: "embeddings: write this folder for TensorBoard's projector" },
    backend: { type: 'string', choices: backends, default: 'auto', describe: 'What computes' },
  },
  examples: [
    ['$0 inspect neighbors runs/quickstart --token whale', 'tokens whose vectors lie near'],
    ['$0 inspect neighbors runs/quickstart --token whale --step 0', 'the same before training'],
    ['$0 inspect attention runs/quickstart --text "Call me Ishmael." --layer 0', 'where each token looks'],
    ['$0 inspect heads runs/quickstart --tags', 'what each head does most, against chance'],
    ['$0 inspect lens runs/quickstart --text "the white"', 'the prediction after each layer'],
    ['$0 inspect ablate runs/quickstart', 'where knowledge sits: parts put back to step 0'],
    ['$0 inspect weights runs/quickstart --parquet weights.parquet', 'each tensor at each kept step'],
    ['$0 inspect embeddings runs/quickstart --projector out', 'vectors for tensorboard --logdir out'],
  ],
  async run(options, console) {
    const { what, json, csv, parquet, projector, backend } = options
    const ways = [json, csv, parquet !== undefined, projector !== undefined].filter(Boolean)
    if (ways.length > 1) throw new ConfigError('--json, --csv, --parquet and --projector exclude each other')
    if (projector !== undefined && what !== 'embeddings') {
      throw new ConfigError('--projector is for embeddings: pipeline inspect embeddings <run> --projector DIR')
    }
    const { params, tokenizers } = paramsOf(options, console)
    const stop = new AbortController()
    const quiet = console.onInterrupt(signal => stop.abort(signal))
    const run = await openRun(resolve(console.cwd, options.run), { backend, tokenizers })
    try {
      if (projector !== undefined) return await project(run, projector, options, console)
      const result = await inspect(run, what, params, { signal: stop.signal })
      await tell(what, result, options, console)
      return 0
    } catch (error) {
      if (stop.signal.aborted && error === stop.signal.reason) return interruptCodes[stop.signal.reason as 'SIGINT']
      throw error
    } finally {
      quiet()
      run.dispose()
    }
  },
}

/** What was given, as the question takes it. */
function paramsOf(options: InspectOptions, console: Console) {
  const params: Record<string, unknown> = {}
  for (const name of parameters) if (options[name] !== undefined) params[name] = options[name]
  const { id, steps, parts, with: other } = params
  if (id !== undefined) {
    delete params.id
    params.token = id
  }
  if (steps !== undefined) params.steps = String(steps).split(',').map(Number)
  if (parts !== undefined)
    params.parts = String(parts)
      .split(',')
      .map(part => part.trim())
  // A path is the caller's to name; a question alone never names one.
  const file = typeof other === 'string' && /[./\\]/.test(other) ? other : undefined
  return { params, tokenizers: file === undefined ? {} : { [file]: resolve(console.cwd, file) } }
}

async function tell<N extends QuestionName>(
  what: N,
  result: Questions[N]['result'],
  { json, csv, parquet }: InspectOptions,
  console: Console,
): Promise<void> {
  if (json) return console.stdout.write(`${inspectionJson(result)}\n`)
  if (csv) return console.stdout.write(inspectionCsv(inspectionTable(what, result)))
  if (parquet !== undefined) {
    const path = resolve(console.cwd, parquet)
    const table = inspectionTable(what, result)
    await writeFile(path, inspectionParquet(table)).catch(error => {
      throw storageError('cannot be written', path, error)
    })
    return console.stdout.write(`wrote ${table.rows.length} rows to ${parquet}\n`)
  }
  const { dim } = coloursFor(console.stdout, console.env)
  const [first, ...rest] = show[what](result)
  console.stdout.write(`${[dim(first ?? ''), ...rest].join('\n')}\n`)
}

async function project(run: OpenRun, dir: string, options: InspectOptions, console: Console): Promise<number> {
  const { step, limit } = options as { step?: number; limit?: number }
  const written = await writeProjector(run, { dir: resolve(console.cwd, dir), step, limit })
  console.stdout.write(`wrote ${written.vectors} vectors of step ${written.step} to ${dir}\n`)
  console.stdout.write(`open them with: tensorboard --logdir ${dir}\n`)
  return 0
}
