import { relative, resolve } from 'node:path'
import { checkpoint } from '@sluice/checkpoint'
import type { Backend, BackendName } from '@sluice/compute'
import { atomicWrite, type Registry, type RunEvent, type RunFolder, run, verdict } from '@sluice/pipeline'
import { train } from '@sluice/trainer'
import { countParameters, type LanguageModel, type MaskedModel } from '@sluice/transformer'
import { badStepsFile, badStepsLog } from './bad-steps.ts'
import { type BlameLog, blameFolder, blameLog } from './blame/log.ts'
import { batchesBudget, dataBudget } from './budget.ts'
import type { Corpus } from './corpus.ts'
import { checkCorpusFiles, corpusFile, keepCorpusFiles } from './corpus-files.ts'
import { dataSide } from './data-side/data-side.ts'
import { withDataStall } from './data-stall.ts'
import { evaluationFor, prepareEvaluationSet } from './evaluation.ts'
import { finish } from './finish.ts'
import { beginWith } from './init.ts'
import { checkpointsDir, scratchFolder } from './layout.ts'
import { openLog } from './log.ts'
import { buildModel, modelFiles } from './model.ts'
import { requireOneBlock } from './one-block.ts'
import type { Recipe } from './recipe.ts'
import { type Earlier, lastRegular, runState } from './resume.ts'
import { sampler } from './sample.ts'
import type { RunSummary } from './summary.ts'
import { tensorboardFolder, tensorboardWriter } from './tensorboard/writer.ts'
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
  const { seed, train: training } = recipe
  const board = training.tensorboard
    ? tensorboardWriter({ dir: folder.file(tensorboardFolder), after: earlier?.checkpoint.step })
    : undefined
  const log = await openLog({ folder, length: earlier?.state.metricsLength, publish, also: board?.add })
  const { emit } = log
  const source = corpus.repeated()
  const signal = AbortSignal.any([options.signal, log.broken])
  let model: LanguageModel | MaskedModel | undefined
  let blame: BlameLog | undefined
  let failed: unknown
  try {
    const corpusPath = folder.file(corpusFile)
    if (!earlier) await keepCorpusFiles(source, corpusPath)
    else
      for (const message of await checkCorpusFiles(source, corpusPath))
        emit({ type: 'warning', stage: 'resume', message })
    await atomicWrite(folder.file('config.json'), `${JSON.stringify(recipe, null, 2)}\n`)

    const preparation = { recipe, registry, corpus, baseDir, seed, resume: earlier !== undefined, signal, emit }
    const tokenizer = await prepareTokenizer({ ...preparation, path: folder.file('tokenizer.json') })
    await requireOneBlock({ ...preparation, tokenizer, blockSize: recipe.data.blockSize })
    const evaluation = await prepareEvaluationSet({ ...preparation, tokenizer, path: folder.file('eval.arrow') })
    model = buildModel({ recipe, registry, tokenizer }, earlier?.checkpoint.weights)
    if (recipe.init !== undefined && !earlier) await beginWith(model, recipe.init, baseDir)
    signal.throwIfAborted()
    options.begin()
    emit(plan(model, recipe, backend, folder.path))

    // A model of masked tokens says nothing unless it is asked.
    const unasked = model.predicts === 'masked' && training.sample.prompt === ''
    const after = earlier?.checkpoint.step
    const losses = blameLog({ dir: folder.file(blameFolder), after })
    blame = losses
    const { predicts } = model
    const { keepBest, ...writing } = recipe.checkpoint
    let patienceOver = false
    const badSteps = badStepsLog({ path: folder.file(badStepsFile), after })
    const sink = checkpoint({
      ...writing,
      dir: checkpointsDir(folder.path),
      files: modelFiles(model, tokenizer),
      best: keepBest ? () => log.best?.step : undefined,
      state() {
        // What a resumed run finds must reach as far as its checkpoint, and no further.
        losses.flush()
        const where = relative(folder.path, resolve(baseDir)).replaceAll('\\', '/')
        return runState({ recipe, variant, metricsLength: folder.metrics.flush(), baseDir: where, predicts })
      },
    })
    const saved = earlier && ((id: string) => earlier.checkpoint.stage(id))
    const scratchDir = folder.file(scratchFolder)
    const where = { baseDir, path: folder.path, scratchDir }
    const data = await dataSide({ recipe, corpus, source, tokenizer, predicts, ...where, saved, emit })
    const chain = run({
      source: data.source,
      stages: [
        ...data.stages,
        train({
          ...training,
          model,
          backend,
          evaluation: evaluation && (await evaluationFor(model, evaluation, { recipe, tokenizer, emit })),
          // At least before the first step and after the last, so that one sees what training did.
          sampleEvery: training.sampleEvery ?? training.steps,
          sample: unasked ? undefined : sampler({ recipe, tokenizer, signal }),
          resume: earlier?.checkpoint,
          onBad: badSteps.add,
          // Which checkpoint is the last one must not depend on how quick the disk is.
          rewind: () => sink.settled().then(() => lastRegular(folder.path, writing.every)),
          blame: training.blame ? losses.add : undefined,
        }),
      ],
      sink,
      seed,
      ...(data.source.apart ? batchesBudget(recipe) : dataBudget(recipe)),
      ...(earlier ? { from: earlier.checkpoint.cursor } : {}),
      ...(saved ? { saved } : {}),
      signal,
    })
    const tell = withDataStall(emit)
    chain.events$.subscribe(event => {
      if (event.type === 'note' && event.values?.reason === 'patience') patienceOver = true
      tell(event)
    })
    const { outcome, counters } = await chain.done
    const held = verdict(counters, [], { target: 'train' })
    if (held) emit({ type: 'bottleneck', ...held })
    const step = log.step ?? earlier?.checkpoint.step ?? 0
    if (outcome === 'finished' && step < training.steps && !patienceOver) emit(endedEarly(recipe, step))
    if (keepBest && log.best) emit(keptBest(log.best))
    log.raise()
    return await finish({ recipe, folder, backend, model, outcome, finished: log.finished, notes: log.notes })
  } catch (error) {
    failed = options.signal.aborted ? undefined : error
    blame?.flush()
    // What could not be written is the reason of whatever failed after it.
    log.raise()
    throw error
  } finally {
    model?.dispose()
    board?.close()
    await log.close(failed)
  }
}

/** What is about to be trained, in words and in numbers, for whoever shows the run. */
function plan(
  model: LanguageModel | MaskedModel,
  { model: { use }, data, train }: Recipe,
  backend: Backend,
  path: string,
): RunEvent {
  const { vocabSize } = model.config
  const { total } = countParameters(model.parameters)
  const shape = `${use} with ${total} parameters, vocabulary ${vocabSize}, context ${data.blockSize}`
  const message = `${shape}, ${train.steps} steps of ${data.batchSize} blocks on ${backend.description}`
  const values = { steps: train.steps, parameters: total, vocabSize, backend: backend.name, path }
  return { type: 'note', stage: 'recipe', message, values }
}

function keptBest({ step, loss }: { step: number; loss: number }): RunEvent {
  const message = `the best evaluation was that of step ${step}, ${loss.toFixed(4)}: its checkpoint is kept`
  return { type: 'note', stage: 'checkpoint', message, values: { step } }
}

/** The text was at its end before the steps were done: only where the recipe says how often to go through it. */
function endedEarly({ mix, train }: Recipe, step: number): RunEvent {
  const epochs = mix.epochs === undefined ? 'the source' : `${mix.epochs} ${mix.epochs === 1 ? 'epoch' : 'epochs'}`
  const message = `the text ended after step ${step} of ${train.steps}: ${epochs} gave no more; raise mix.epochs to go on`
  return { type: 'note', stage: 'data', message, values: { step } }
}
