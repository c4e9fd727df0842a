import type { Cursor } from '@sluice/pipeline'
import type { SentTokenizer } from '@sluice/tokenize'
import type { Recipe } from '../recipe.ts'

/** What the thread of the data side is started with. */
export interface DataStart {
  readonly recipe: Recipe
  readonly baseDir: string
  /** Folder of the run. */
  readonly path: string
  readonly scratchDir: string
  readonly sent: SentTokenizer
  readonly predicts: 'next' | 'masked'
  readonly from: Cursor | undefined
  /** Files of the checkpoint that hold what stages have saved, by their ids. */
  readonly saved: Readonly<Record<string, string>>
}
