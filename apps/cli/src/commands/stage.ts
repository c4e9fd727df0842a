import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { loadRecipe, readTokenizer, runPart } from '@sluice/recipe'
import { stoppable } from '../terminal/stoppable.ts'
import type { Command } from './command.ts'

interface StageOptions {
  readonly config: string
  readonly from: string | undefined
  readonly to: string | undefined
  readonly run: string | undefined
}

export const stageCommand: Command<StageOptions> = {
  command: 'stage <config>',
  describe: 'Run some stages of a recipe, as an Arrow IPC stream from standard input to standard output',
  positionals: {
    config: { type: 'string', demandOption: true, describe: 'The recipe, a JSON file' },
  },
  options: {
    from: { type: 'string', describe: 'First stage, which gets standard input; left out: the sources are read' },
    to: { type: 'string', describe: 'Last stage: normalize-1, split, tokenize, pack, shuffle, mask, batch (batch)' },
    run: {
      type: 'string',
      describe: 'Folder of a run whose tokenizer is taken; else it is the recipe’s, learned anew',
    },
  },
  examples: [
    ['$0 stage recipes/quickstart.json --to tokenize > tokens.arrows', 'tokens, for pyarrow, DuckDB, polars …'],
    ['$0 stage r.json --to split | python filter.py | $0 stage r.json --from tokenize > batches.arrows', ''],
  ],
  async run({ config, from, to, run }, console) {
    if (console.stdout.isTTY) {
      throw new ConfigError('an Arrow IPC stream is nothing for a terminal', {
        advice: 'write it to a file (> tokens.arrows) or into a pipe',
      })
    }
    const { signal, release, exitCode } = stoppable(console)
    try {
      const loaded = await loadRecipe(resolve(console.cwd, config))
      const path = run === undefined ? undefined : join(resolve(console.cwd, run), 'tokenizer.json')
      const part = runPart({
        ...loaded,
        from,
        to,
        input: console.stdin(),
        write: bytes => console.stdout.writeBytes(bytes),
        tokenizer: path === undefined ? undefined : await readTokenizer(path),
        scratchDir: tmpdir(),
        signal,
      })
      part.events$.subscribe({
        next(event) {
          if (event.type === 'warning' || event.type === 'note') {
            console.stderr.write(`${event.stage}: ${event.message}\n`)
          }
        },
        error: () => {},
      })
      await part.done
      return exitCode()
    } finally {
      release()
    }
  },
}
