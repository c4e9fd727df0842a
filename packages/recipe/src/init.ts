import { resolve } from 'node:path'
import { readHfDirectory } from '@sluice/checkpoint'
import { StateError } from '@sluice/pipeline'
import { type LanguageModel, type MaskedModel, modelFromHfConfig } from '@sluice/transformer'

/**
 * Sets a model to the weights of a Hugging Face directory (a checkpoint is one), to train it further.
 *
 * @throws StateError where they are of another architecture or shape, StorageError or DataError where they cannot be read
 */
export async function beginWith(model: LanguageModel | MaskedModel, init: string, baseDir: string): Promise<void> {
  const dir = resolve(baseDir, init)
  const { config, weights } = await readHfDirectory(dir)
  // Built once more as the directory says, which settles names and layouts, whoever wrote it.
  const given = modelFromHfConfig(config, weights)
  try {
    const { family } = given.shape
    if (family !== model.shape.family) {
      throw new StateError(`expected a ${model.shape.family}, found a ${family}`, {
        file: dir,
        place: 'init',
        advice: 'make model.use and init agree',
      })
    }
    model.assign(given.weights())
  } catch (error) {
    if (!(error instanceof StateError) || error.file !== undefined) throw error
    const advice = 'make model, tokenizer and data.blockSize what the directory’s config.json says'
    const place = error.place === undefined ? {} : { place: error.place }
    throw new StateError(error.message, { file: dir, ...place, advice, cause: error })
  } finally {
    given.dispose()
  }
}
