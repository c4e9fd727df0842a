// T time, C width

/** Mean of a stream's vectors at some places, [C]: the vector of a word that is several tokens. */
export function meanVector(stream_TC: Float32Array, width: number, places: readonly number[]): Float32Array {
  const mean = new Float32Array(width)
  for (const place of places) {
    for (let channel = 0; channel < width; channel++) {
      mean[channel]! += stream_TC[place * width + channel]! / places.length
    }
  }
  return mean
}

/**
 * The mean cosine of the vectors of one stream with those of another, of every pair: what two tokens chosen blindly have in common.
 * In trained models that is far from 0 (Ethayarajh 2019, "How Contextual are Contextualized Word Representations?").
 *
 * @param places which of each; 0 where one has none
 */
export function meanCosine(
  a: { readonly stream: Float32Array; readonly places: readonly number[] },
  b: { readonly stream: Float32Array; readonly places: readonly number[] },
  width: number,
): number {
  // The mean of all products is the product of the means.
  const [one, other] = [a, b].map(({ stream, places }) => meanDirection(stream, width, places))
  return one!.reduce((sum, value, channel) => sum + value * other![channel]!, 0)
}

function meanDirection(stream: Float32Array, width: number, places: readonly number[]): Float64Array {
  const mean = new Float64Array(width)
  for (const place of places) {
    const vector = stream.subarray(place * width, (place + 1) * width)
    let square = 0
    for (const value of vector) square += value * value
    if (square === 0) continue
    for (let channel = 0; channel < width; channel++) {
      mean[channel]! += vector[channel]! / Math.sqrt(square) / places.length
    }
  }
  return mean
}
