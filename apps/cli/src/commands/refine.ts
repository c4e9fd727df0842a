import { resolve } from 'node:path'
import type { RefinedCounts, RunEvent } from '@sluice/pipeline'
import { loadRecipe, startRefining } from '@sluice/recipe'
import { stoppable } from '../terminal/stoppable.ts'
import type { Command } from './command.ts'

interface RefineOptions {
  readonly config: string
  readonly out: string
  readonly json: boolean
}

export const refineCommand: Command<RefineOptions> = {
  command: 'refine <config>',
  describe: 'Read and refine what a recipe names, and write the documents that are left',
  positionals: {
    config: {
      type: 'string',
      demandOption: true,
      describe: 'The recipe, a JSON file; name, sources and refine will do',
    },
  },
  options: {
    out: { type: 'string', default: 'refined.jsonl', describe: 'File to write: .jsonl, .parquet or .arrow' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object per event' },
  },
  examples: [['$0 refine recipes/mixed.json', 'says what was dropped, and why']],
  async run(options, console) {
    const { signal, release, exitCode } = stoppable(console)
    try {
      const loaded = await loadRecipe(resolve(console.cwd, options.config))
      const refining = startRefining({ ...loaded, out: resolve(console.cwd, options.out), signal })
      refining.events$.subscribe({
        next(event) {
          if (options.json) console.stdout.write(`${JSON.stringify(event)}\n`)
          else for (const line of told(event)) console.stdout.write(`${line}\n`)
        },
        error: () => {},
      })
      const { outcome, counters, seconds } = await refining.done
      const written = counters.at(-1)!
      if (!options.json) {
        const where = outcome === 'finished' ? options.out : `${options.out}.partial`
        console.stdout.write(
          `${written.rows} ${written.rows === 1 ? 'document' : 'documents'} in ${seconds.toFixed(1)} s: ${where}\n`,
        )
      }
      return exitCode()
    } finally {
      release()
    }
  },
}

/** What an event says to a person. */
function told(event: RunEvent): string[] {
  if (event.type === 'warning') return [`${event.stage}: ${event.message}`]
  if (event.type !== 'refined') return []
  return Object.entries(event.sources).map(([source, counts]) => `${event.stage}: ${source}: ${inWords(counts)}`)
}

function inWords({ documents, kept, dropped, changed }: RefinedCounts): string {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  const parts = [`kept ${kept} of ${documents}`]
  if (Object.keys(dropped).length > 0) parts.push(`dropped: ${list(dropped)}`)
  if (Object.keys(changed).length > 0) parts.push(`changed: ${list(changed)}`)
  return parts.join('; ')
}
