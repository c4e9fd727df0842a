import type { Reason } from '../source/left-out.ts'

/** What all networks have in common: one thing that someone has written. */
export interface Post {
  readonly id: string
  /** As the network keeps it. */
  readonly text: string
  readonly markup: 'markdown' | 'html' | 'entities'
  readonly title?: string | undefined
  readonly author?: string | undefined
  readonly url?: string | undefined
  /** Milliseconds since 1970 UTC. */
  readonly created?: number | undefined
  readonly lang?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>>
  /** What it answers to: the id of a post, and of the one that began it all. */
  readonly parent?: string | undefined
  readonly thread?: string | undefined
}

/** A record as JSON gives it. */
export type Fields = Readonly<Record<string, unknown>>

export const deleted: Reason = ['post that its author has deleted', 'posts that their authors have deleted']
export const removed: Reason = ['post that was removed', 'posts that were removed']
export const repost: Reason = ["repost of another's post", "reposts of others' posts"]
export const notPublic: Reason = ['post that is not public', 'posts that are not public']
export const withoutText: Reason = ['post without text', 'posts without text']

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The members of metadata that have a value. */
export function told(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null))
}
