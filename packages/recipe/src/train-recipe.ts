import { checkpoint } from '@sluice/checkpoint'
import type { Backend, BackendName } from '@sluice/compute'
import { atomicWrite, type Registry, type RunEvent, type RunFolder, run } from '@sluice/pipeline'
import { batch, pack, shuffle, tokenize } from '@sluice/tokenize'
import { train } from '@sluice/trainer'
import { countParameters, type LanguageModel } from '@sluice/transformer'
import type { Corpus } from './corpus.ts'
import { prepareEvaluationSet } from './evaluation.ts'
import { finish } from './finish.ts'
import { checkpointsDir } from './layout.ts'
import { openLog } from './log.ts'
import { buildModel, modelFiles } from './model.ts'
import { requireOneBlock } from './one-block.ts'
import type { Recipe } from './recipe.ts'
import { type Earlier, runState } from './resume.ts'
import { sampler } from './sample.ts'
import type { RunSummary } from './summary.ts'
import { prepareTokenizer } from './tokenizer.ts'

export interface TrainRecipeOptions {
  readonly recipe: Recipe
  readonly backend: Backend
  readonly variant: BackendName
  readonly registry: Registry
  readonly corpus: Corpus
  readonly baseDir: string
  readonly folder: RunFolder
  /** What the run goes on from; undefined for one that begins. */
  readonly earlier: Earlier | undefined
  readonly signal: AbortSignal
  publish(event: RunEvent): void
  /** Called when preparation is over: from here on the folder is worth keeping. */
  begin(): void
}

/** The training script: prepare, build the chain, run it, and tell what came of it. */
export async function trainRecipe(options: TrainRecipeOptions): Promise<RunSummary> {
  const { recipe, backend, variant, registry, corpus, baseDir, folder, earlier, publish } = options
  const { seed, data, train: training } = recipe
  const log = await openLog(folder, earlier?.state.metricsLength)
  const notes: string[] = []
  const finished: RunEvent[] = []
  let step = earlier?.checkpoint.step ?? 0
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  let fault: { readonly error: unknown } | undefined
  const emit = (event: RunEvent) => {
    if (event.type === 'note' && event.stage !== 'recipe') notes.push(`${event.stage}: ${event.message}`)
    if (event.type === 'finished') finished.push(event)
    if (event.type === 'metric') step = event.step
    publish(event)
    try {
      log.add(event)
    } catch (error) {
      // A listener must not throw: the run ends as soon as it can, and then tells why.
      fault ??= { error }
      stop.abort()
    }
  }
  await atomicWrite(folder.file('config.json'), `${JSON.stringify(recipe, null, 2)}\n`)

  const preparation = { recipe, registry, corpus, baseDir, seed, resume: earlier !== undefined, signal, emit }
  const tokenizer = await prepareTokenizer({ ...preparation, path: folder.file('tokenizer.json') })
  await requireOneBlock({ ...preparation, tokenizer, blockSize: data.blockSize })
  const evaluation = await prepareEvaluationSet({ ...preparation, tokenizer, path: folder.file('eval.arrow') })
  const model = buildModel({ recipe, registry, tokenizer }, earlier?.checkpoint.weights)
  options.begin()
  emit({
    type: 'note',
    stage: 'recipe',
    message: describe(model, recipe, backend),
    values: { steps: training.steps, vocabSize: tokenizer.vocabSize, backend: backend.name, path: folder.path },
  })

  const chain = run({
    source: corpus.repeated(),
    stages: [
      ...corpus.part('training'),
      tokenize({ tokenizer }),
      pack({ blockSize: data.blockSize, tokenizer }),
      ...(data.shuffle === 0 ? [] : [shuffle({ window: data.shuffle })]),
      batch({ batchSize: data.batchSize }),
      train({
        ...training,
        model,
        backend,
        evaluation,
        // At least before the first step and after the last, so that one sees what training did.
        sampleEvery: training.sampleEvery ?? training.steps,
        sample: sampler({ recipe, tokenizer, signal }),
        resume: earlier?.checkpoint,
      }),
    ],
    sink: checkpoint({
      ...recipe.checkpoint,
      dir: checkpointsDir(folder.path),
      files: modelFiles(model, tokenizer),
      state: () => runState({ recipe, variant, metricsLength: folder.metrics.flush() }),
    }),
    seed,
    // Text is read far quicker than it is trained on: this much ahead is plenty.
    mark: Math.min(Math.floor(recipe.memory / 4), 4 * 2 ** 20),
    memory: recipe.memory,
    ...(earlier ? { from: earlier.checkpoint.cursor } : {}),
    signal,
  })
  chain.events$.subscribe(emit)
  try {
    const { outcome } = await chain.done
    if (fault) throw fault.error
    if (outcome === 'finished' && step < training.steps) emit(endedEarly(recipe, step))
    return await finish({ recipe, folder, backend, model, outcome, finished, notes })
  } finally {
    model.dispose()
    await log.close()
  }
}

function describe(model: LanguageModel, { model: { use }, data, train }: Recipe, backend: Backend): string {
  const { total } = countParameters(model.config)
  const shape = `${use} with ${total} parameters, vocabulary ${model.config.vocabSize}, context ${data.blockSize}`
  return `${shape}, ${train.steps} steps of ${data.batchSize} blocks on ${backend.description}`
}

/** The text was at its end before the steps were done: only where the recipe says how often to go through it. */
function endedEarly({ mix, train }: Recipe, step: number): RunEvent {
  const epochs = mix.epochs === undefined ? 'the source' : `${mix.epochs} ${mix.epochs === 1 ? 'epoch' : 'epochs'}`
  const message = `the text ended after step ${step} of ${train.steps}: ${epochs} gave no more; raise mix.epochs to go on`
  return { type: 'note', stage: 'data', message, values: { step } }
}
