import type { DecodedBlock, PackedBlock } from '../../bzip2/decoder.ts'
import type { ChunkPages, PageOptions } from '../pages.ts'
import type { Site } from '../xml/site.ts'

/** What a thread is asked: to decode blocks of bzip2, or to read pages. */
export type Task =
  | { readonly kind: 'blocks'; readonly blocks: readonly PackedBlock[]; readonly spare: ArrayBuffer[] }
  | {
      readonly kind: 'pages'
      readonly chunk: Uint8Array<ArrayBuffer>
      readonly site: Site
      readonly options: PageOptions
    }

/** A block, or the fault that it has; an error loses its class on the way from thread to thread. */
export type BlockReply = DecodedBlock | { readonly fault: string; readonly short: boolean }

export type Reply = { readonly blocks: readonly BlockReply[] } | { readonly pages: ChunkPages }
