import { embedding, type tf } from '@sluice/compute'
import { DataError } from '@sluice/pipeline'

/** @throws DataError for the first id that a vocabulary of `vocabSize` does not have, with its place in `ids` */
export function checkTokens(ids: ArrayLike<number>, vocabSize: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    if (id < 0 || id >= vocabSize) {
      throw new DataError(`token id ${id} is outside the model's vocabulary of ${vocabSize}`, {
        place: `token ${i}`,
        advice: 'use the tokenizer that the model was made with',
      })
    }
  }
}

/**
 * Looks up the vectors of N tokens.
 *
 * @param weight [V, C]
 * @returns [N, C]
 * @throws DataError for an id that the table has no row for
 */
export function tokenEmbedding(weight: tf.Tensor, ids: Int32Array): tf.Tensor2D {
  checkTokens(ids, weight.shape[0]!)
  return embedding(weight as tf.Tensor2D, ids)
}
