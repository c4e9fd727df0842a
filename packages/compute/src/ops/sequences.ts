import { ShapeError } from './shapes.ts'

/**
 * Where the runs of equal numbers begin, row by row, and at last batch * time; null where every row is one run.
 *
 * @param segments [batch * time]
 */
export function sequenceStarts(segments: Int32Array, batch: number, time: number): Int32Array | null {
  const length = batch * time
  if (segments.length !== length) {
    throw new ShapeError(`attention: segments must hold ${batch} x ${time} = ${length} numbers, not ${segments.length}`)
  }
  const starts = new Int32Array(length + 1)
  let count = 0
  for (let i = 0; i < length; i++) if (i % time === 0 || segments[i] !== segments[i - 1]) starts[count++] = i
  if (count === batch) return null
  starts[count++] = length
  return starts.slice(0, count)
}
