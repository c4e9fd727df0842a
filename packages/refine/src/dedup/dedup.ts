import type { Documents, Stage } from '@sluice/pipeline'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import { Seen } from './seen.ts'
import { hashText } from './text-hash.ts'

/** What the exact deduplication takes: what every refining stage does. */
export type DedupOptions = RefinerOptions

/**
 * Drops documents whose text stood there before; the case of ASCII letters and the amount of white space count for nothing. Texts
 * are compared by 64 bits: among a billion documents one may be taken for another by chance (2 to 3 in 100). A document that
 * travels as parts is known by its first part, 1 MiB of text.
 *
 * Memory: about 25 MB for a million documents kept. It is saved in checkpoints.
 */
export function dedup(options: DedupOptions = {}): Stage<Documents, Documents> {
  const seen = new Seen(1)
  const key = new Uint32Array(2)
  const { id = 'dedup' } = options
  return refiner({
    name: 'dedup',
    options,
    judge(document) {
      hashText(document.bytes, document.start, document.end, key)
      return seen.met(key, document) ? { drop: 'duplicate' } : undefined
    },
    open: (context, position) => seen.open(position, context.saved, id),
    position: () => seen.position(),
    save: () => seen.save(),
    held: () => seen.bytes,
    close: async () => seen.forget(),
  })
}
