import { embedding, type tf } from '@sluice/compute'
import { DataError } from '@sluice/pipeline'

/**
 * Looks up the vectors of N tokens.
 *
 * @param weight [V, C]
 * @returns [N, C]
 * @throws DataError for an id that the table has no row for
 */
export function tokenEmbedding(weight: tf.Tensor, ids: Int32Array): tf.Tensor2D {
  const [vocabSize] = weight.shape as [number, number]
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    if (id < 0 || id >= vocabSize) {
      throw new DataError(`token id ${id} is outside the model's vocabulary of ${vocabSize}`, {
        place: `token ${i}`,
        advice: 'use the tokenizer that the model was made with',
      })
    }
  }
  return embedding(weight as tf.Tensor2D, ids)
}
