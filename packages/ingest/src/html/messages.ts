import type { Article } from './article.ts'

/** What a thread answers to the HTML of a page: its article, if it has one, or why the page cannot be read. */
export type PageAnswer = { readonly article: Article | undefined } | { readonly bad: string }
