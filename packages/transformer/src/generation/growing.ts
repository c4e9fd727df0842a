import type { DecoderPart } from '@sluice/compute'
import { checkTokens } from '@sluice/embed'
import type { Decoder, DecoderOptions } from './decoder.ts'
import { windowStart } from './window.ts'

/**
 * A decoder that keeps what it has computed of the contexts seen so far. A context that is the row's last one with more tokens behind
 * it is only extended; of any other, the tokens that both begin with are kept.
 *
 * @param options.extend puts ids at positions from `start` on of their rows, forgetting what was held there and beyond; gives the
 *   scores after the last of each part, [parts.length, V]
 */
export function growingDecoder(
  { blockSize, vocabSize }: { readonly blockSize: number; readonly vocabSize: number },
  { slide = 1, rows = 1 }: DecoderOptions,
  options: { extend(parts: readonly DecoderPart[]): Promise<Float32Array>; dispose(): void },
): Decoder {
  const held = Array.from({ length: rows }, (): readonly number[] => [])
  return {
    async next(contexts) {
      const grown = contexts.map(({ row, context }) => {
        const seen = context.slice(windowStart(context.length, { blockSize, slide }))
        const before = held[row]!
        // At least the last token is put in (again): its scores are what is asked for.
        const most = Math.min(before.length, seen.length - 1)
        let start = 0
        while (start < most && seen[start] === before[start]) start++
        checkTokens(seen, vocabSize)
        return { row, start, seen, ids: Int32Array.from(seen.slice(start)) }
      })
      // Should something fail half-way, what lies beyond is not to be relied upon.
      for (const { row, start } of grown) held[row] = held[row]!.slice(0, start)
      const logits = await options.extend(grown)
      for (const { row, seen } of grown) held[row] = seen
      return grown.map((_, i) => logits.subarray(i * vocabSize, (i + 1) * vocabSize))
    },
    dispose: () => options.dispose(),
  }
}
