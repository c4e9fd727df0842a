import { join, resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { type Config, checkRecipe, loadRecipe, startRun, withChanges } from '@sluice/recipe'
import { openBrowser } from '../terminal/browser.ts'
import { type Console, type Interrupt, interruptCodes } from '../terminal/console.ts'
import { type Page, startPage } from '../terminal/page.ts'
import { showSummary } from '../terminal/summary.ts'
import { viewFor } from '../terminal/view-for.ts'
import { backends } from './backends.ts'
import type { Command, CommonOptions } from './command.ts'

interface RunOptions {
  readonly config: string
  readonly resume: boolean
  readonly overwrite: boolean
  readonly name: string | undefined
  readonly backend: string | undefined
  readonly steps: number | undefined
  readonly runsDir: string
  readonly json: boolean
  readonly view: boolean
  readonly open: boolean
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
    view: { type: 'boolean', default: false, describe: 'Show the run as a web page while it goes on, and after' },
    open: { type: 'boolean', default: true, describe: 'With --view, open the browser; --no-open' },
  },
  examples: [
    ['$0 run recipes/quickstart.json', 'train, and write runs/quickstart'],
    ['$0 run recipes/quickstart.json --view', 'and look at it as it learns'],
    ['$0 run recipes/quickstart.json --resume --steps 2000', 'go on where it stopped, up to step 2000'],
  ],
  async run(options, console) {
    if (options.resume && options.overwrite) throw new ConfigError('--resume and --overwrite exclude each other')
    requireSteps(options.steps)
    const loaded = await loadRecipe(resolve(console.cwd, options.config))
    const config = withChanges(loaded.config, changes(options))
    const runsDir = resolve(console.cwd, options.runsDir)
    const page = options.view ? await openPage({ ...loaded, config }, runsDir, options, console) : undefined
    const stopping = new AbortController()
    const run = startRun({
      ...loaded,
      config,
      runsDir,
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
      if (page && console.stdout.isTTY) await stays(page, console, interrupts)
      return interrupts.exitCode()
    } finally {
      view.end()
      page?.close()
      subscription.unsubscribe()
      interrupts.release()
    }
  },
}

async function openPage(
  recipe: Parameters<typeof checkRecipe>[0],
  runsDir: string,
  { open, verbose, json }: RunOptions & CommonOptions,
  console: Console,
): Promise<Page> {
  const page = await startPage(join(runsDir, checkRecipe(recipe).name), verbose)
  const out = json ? console.stderr : console.stdout
  out.write(`View the run: ${page.url}\n`)
  if (open && console.stdout.isTTY) openBrowser(page.url, console)
  return page
}

/** At a terminal the page outlives the run: one looks at what it came to. */
async function stays(page: Page, console: Console, interrupts: ReturnType<typeof stopOnInterrupt>): Promise<void> {
  if (interrupts.exitCode() !== 0) return
  interrupts.release()
  console.stdout.write(`\nThe page stays at ${new URL(page.url).origin} until Ctrl-C.\n`)
  await new Promise<void>(done => {
    const release = console.onInterrupt(() => {
      release()
      done()
    })
  })
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
