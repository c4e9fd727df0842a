import type { Article } from './article.ts'

/** What a thread that extracts is sent: a page. */
export interface PageRequest {
  readonly id: number
  readonly html: string
}

/** What it answers. */
export type PageReply =
  | { readonly id: number; readonly article: Article | undefined }
  /** The page gives no text; why. */
  | { readonly id: number; readonly bad: string }
