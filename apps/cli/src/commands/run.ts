import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { type Config, loadRecipe, startRun, withChanges } from '@sluice/recipe'
import { type Console, type Interrupt, interruptCodes } from '../terminal/console.ts'
import { showSummary } from '../terminal/summary.ts'
import { viewFor } from '../terminal/view-for.ts'
import { backends } from './backends.ts'
import type { Command } from './command.ts'

interface RunOptions {
  readonly config: string
  readonly resume: boolean
  readonly overwrite: boolean
  readonly name: string | undefined
  readonly backend: string | undefined
  readonly steps: number | undefined
  readonly runsDir: string
  readonly json: boolean
}

export const runCommand: Command<RunOptions> = {
  command: 'run <config>',
  describe: 'Train what a recipe describes',
  positionals: {
    config: { type: 'string', demandOption: true, describe: 'The recipe, a JSON file' },
  },
  options: {
    resume: { type: 'boolean', default: false, describe: 'Go on from the latest checkpoint of the run' },
    overwrite: { type: 'boolean', default: false, describe: 'Replace the run of the same name' },
    name: { type: 'string', describe: 'Name of the run instead of the one in the recipe' },
    backend: { type: 'string', choices: backends, describe: 'What computes instead of what the recipe says' },
    steps: { type: 'number', describe: 'Training steps instead of those in the recipe' },
    'runs-dir': { type: 'string', default: 'runs', describe: 'Folder that holds the runs' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object per event' },
  },
  examples: [
    ['$0 run recipes/quickstart.json', 'train, and write runs/quickstart'],
    ['$0 run recipes/quickstart.json --resume --steps 2000', 'go on where it stopped, up to step 2000'],
  ],
  async run(options, console) {
    if (options.resume && options.overwrite) throw new ConfigError('--resume and --overwrite exclude each other')
    requireSteps(options.steps)
    const loaded = await loadRecipe(resolve(console.cwd, options.config))
    const config = withChanges(loaded.config, changes(options))
    const stopping = new AbortController()
    const run = startRun({
      ...loaded,
      config,
      runsDir: resolve(console.cwd, options.runsDir),
      mode: options.resume ? 'resume' : options.overwrite ? 'overwrite' : 'create',
      signal: stopping.signal,
    })
    const view = viewFor(console, options.json)
    const interrupts = stopOnInterrupt(console, stopping, () => view.end())
    const subscription = run.events$.subscribe({ next: event => view.event(event), error: () => {} })
    try {
      const summary = await run.done
      view.end()
      if (options.json) console.stdout.write(`${JSON.stringify({ type: 'summary', ...summary })}\n`)
      else showSummary(summary, { ...options, console })
      return interrupts.exitCode()
    } finally {
      view.end()
      subscription.unsubscribe()
      interrupts.release()
    }
  },
}

function requireSteps(steps: number | undefined): void {
  if (steps === undefined || (Number.isInteger(steps) && steps > 0)) return
  throw new ConfigError(`--steps must be a whole number above 0, not ${steps}`)
}

/** What the command line says otherwise than the recipe. */
function changes({ name, backend, steps }: RunOptions): Config {
  const train = { ...(backend === undefined ? {} : { backend }), ...(steps === undefined ? {} : { steps }) }
  return { ...(name === undefined ? {} : { name }), ...(Object.keys(train).length > 0 ? { train } : {}) }
}

/** The first Ctrl-C asks the run to write a checkpoint and end; the second ends the process. */
function stopOnInterrupt(console: Console, stopping: AbortController, before: () => void) {
  let received: Interrupt | undefined
  const release = console.onInterrupt(signal => {
    if (received) return console.exit(interruptCodes[received])
    received = signal
    before()
    console.stderr.write('pipeline: stopping after a checkpoint is written; press Ctrl-C again to end at once\n')
    stopping.abort()
  })
  return { release, exitCode: () => (received ? interruptCodes[received] : 0) }
}
