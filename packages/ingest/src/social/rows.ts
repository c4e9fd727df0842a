import type { DocumentRow } from '@sluice/pipeline'
import { normalizer } from './normalize.ts'
import type { SocialSettings } from './options.ts'
import type { Post } from './post.ts'

/** Makes the functions from posts to rows. */
export function rowMaker(settings: SocialSettings): {
  /** Undefined for a post without text. */
  one(post: Post, source: string): DocumentRow | undefined
  /** A thread: posts that belong together, in any order. Undefined for one without text. */
  thread(posts: readonly Post[], source: string): DocumentRow | undefined
} {
  const normalize = normalizer(settings)
  const keepsUsers = settings.users === 'keep'

  function textOf({ title, text, markup }: Post): string {
    const heading = title === undefined ? '' : normalize(title, markup === 'html' ? 'html' : 'entities')
    const body = normalize(text, markup)
    return heading !== '' && body !== '' ? `${heading}\n\n${body}` : heading + body
  }
  const address = (value: string): string => (keepsUsers ? value : nameless(value))
  function metadataOf({ author, metadata = {}, parent }: Post): Record<string, unknown> {
    const named = keepsUsers && author !== undefined ? { author, ...metadata } : metadata
    return parent === undefined ? named : { ...named, parent: address(parent) }
  }
  const filled = (metadata: Record<string, unknown>): DocumentRow['metadata'] =>
    Object.keys(metadata).length > 0 ? metadata : undefined

  return {
    one(post, source) {
      const text = textOf(post)
      if (text === '') return undefined
      const { id, created, lang } = post
      const url = post.url && address(post.url)
      return { id: address(id), text, source, url, created, lang, metadata: filled(metadataOf(post)) }
    },
    thread(posts, source) {
      const ordered = inTreeOrder(posts)
      const text = ordered
        .map(textOf)
        .filter(text => text !== '')
        .join('\n\n')
      if (text === '') return undefined
      const first = ordered[0]!
      const { score: _, parent: __, ...metadata } = metadataOf(first)
      return {
        id: first.thread ?? first.id,
        text,
        source,
        url: first.url && address(first.url),
        created: first.created,
        lang: first.lang,
        metadata: { ...metadata, posts: ordered.length },
      }
    },
  }
}

/** An address without the name that is in it: numbers alone tell posts apart. */
function nameless(address: string): string {
  return address
    .replace(/\/(users\/|user\/|u\/|@)[^/]+/, '/$1user')
    .replace(/^(https:\/\/(?:x|twitter)\.com\/)[^/]+(?=\/status\/)/, '$1i')
}

/** Answers behind what they answer to, the older first; what answers to something that is not there stands at the end. */
function inTreeOrder(posts: readonly Post[]): Post[] {
  const byTime = [...posts].sort((a, b) => (a.created ?? 0) - (b.created ?? 0) || (a.id < b.id ? -1 : 1))
  const ids = new Set(posts.map(({ id }) => id))
  const answers = new Map<string, Post[]>()
  const roots: Post[] = []
  for (const post of byTime) {
    if (post.parent === undefined || post.parent === post.id || !ids.has(post.parent)) roots.push(post)
    else if (answers.get(post.parent)?.push(post) === undefined) answers.set(post.parent, [post])
  }
  // The post that began it all comes first, whatever the clocks said.
  roots.sort((a, b) => Number(b.id === b.thread) - Number(a.id === a.thread))
  const ordered: Post[] = []
  const stack = roots.reverse()
  for (let post = stack.pop(); post !== undefined; post = stack.pop()) {
    ordered.push(post)
    for (const below of answers.get(post.id)?.reverse() ?? []) stack.push(below)
    answers.delete(post.id)
  }
  // Two that answer to each other are no tree.
  for (const rest of answers.values()) ordered.push(...rest.slice(0, 1000))
  return ordered
}
