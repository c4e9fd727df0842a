import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openRunFolder, type RunEvent, type RunFolder } from '@sluice/pipeline'
import { checkRecipe } from './check-recipe.ts'
import { chooseVariant } from './choose.ts'
import { openCorpus } from './corpus.ts'
import { scratchFolder } from './layout.ts'
import { requireText } from './one-block.ts'
import { checkResume, readEarlier } from './resume.ts'
import type { RunOptions } from './start-run.ts'
import { nothingDone, type RunSummary } from './summary.ts'
import { trainRecipe } from './train-recipe.ts'

export interface Performance extends RunOptions {
  readonly signal: AbortSignal
  publish(event: RunEvent): void
}

/** Settles what is to be done and where, has it done, and leaves no folder behind of a run that never began. */
export async function perform(options: Performance): Promise<RunSummary> {
  const { mode, signal, baseDir, registry } = options
  const publish = eachWarningOnce(options.publish)
  const { name, train } = checkRecipe(options)
  const path = join(options.runsDir, name)
  const beside = `${path}.${scratchFolder}`
  let folder: RunFolder | undefined
  let begun = false
  try {
    if (mode === 'resume') folder = await openRunFolder({ path, mode })
    const earlier = folder && (await readEarlier(path))
    const choice = await chooseVariant(options, earlier?.state.variant)
    const { recipe } = choice
    const changes = earlier ? checkResume(earlier, recipe) : []
    for (const message of changes) publish({ type: 'warning', stage: 'resume', message })
    for (const message of choice.warnings) publish({ type: 'warning', stage: 'backend', message })

    const context = {
      baseDir,
      seed: recipe.seed,
      // The folder is not there before it is known that there is text: what is read until then lies beside it.
      get scratchDir() {
        return folder ? folder.file(scratchFolder) : beside
      },
      signal,
      emit: publish,
    }
    if (!earlier) await removeWhatIsThere(beside)
    const corpus = openCorpus(recipe, registry, context)
    // A run that would fail for want of text must not have replaced another by then.
    if (!earlier) await requireText({ corpus, seed: recipe.seed, signal })
    signal.throwIfAborted()
    folder ??= await openRunFolder({ path, mode })
    return await trainRecipe({
      ...options,
      ...choice,
      publish,
      corpus,
      folder,
      earlier,
      begin: () => {
        begun = true
      },
    })
  } catch (error) {
    // Stopped before there was anything new to write a checkpoint of.
    if (signal.aborted && !begun) return nothingDone({ name, path, steps: train.steps })
    throw error
  } finally {
    await folder?.close()
    await removeWhatIsThere(beside)
    if (folder && !begun && mode !== 'resume') await rm(path, { recursive: true, force: true })
  }
}

/** Where a part of the path is a file there is nothing to remove; opening the run's folder will tell of it. */
async function removeWhatIsThere(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error
  }
}

/** The corpus is read several times over, for the tokenizer, the evaluation set, each epoch: its faults are told once. */
function eachWarningOnce(publish: (event: RunEvent) => void): (event: RunEvent) => void {
  const told = new Set<string>()
  return event => {
    if (event.type === 'warning') {
      const key = JSON.stringify([event.stage, event.message])
      if (told.has(key)) return
      told.add(key)
    }
    publish(event)
  }
}
