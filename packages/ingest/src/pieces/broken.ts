import type { CorpusFile } from '../path/corpus-file.ts'
import type { ReaderContext } from '../source/files-source.ts'
import type { OnBroken } from './decode.ts'

/** Warns of a file's first byte that is not UTF-8, once. */
export function brokenOnce(file: CorpusFile, context: ReaderContext): OnBroken {
  let told = false
  return byte => {
    if (told) return
    told = true
    context.warn(`${file.name}: byte ${byte}: not valid UTF-8; such bytes become U+FFFD, or set "encoding"`)
  }
}
