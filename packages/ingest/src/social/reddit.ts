import { timestampOf } from '../jsonl/timestamp.ts'
import type { Reason } from '../source/left-out.ts'
import { deleted, type Fields, type Post, removed, text, told } from './post.ts'

/** A comment (`RC_`) or post (`RS_`) of Reddit, as its API gives it and the dumps of Pushshift keep it; undefined where it is neither. */
export function redditPost(fields: Fields): Post | Reason | undefined {
  if (typeof fields.body === 'string') return comment(fields, fields.body)
  if (typeof fields.title === 'string' && ('selftext' in fields || 'is_self' in fields || 'subreddit' in fields)) {
    return submission(fields, fields.title)
  }
  return undefined
}

function comment(fields: Fields, body: string): Post | Reason | undefined {
  if (!('link_id' in fields || 'parent_id' in fields || 'subreddit' in fields)) return undefined
  const gone = isGone(body)
  if (gone) return gone
  const id = text(fields.id) ?? bare(fields.name)
  if (id === undefined) return undefined
  return {
    id,
    text: body,
    markup: 'markdown',
    author: text(fields.author),
    url: permalink(fields.permalink) ?? onPage(fields.link_url, id),
    created: timestampOf(fields.created_utc),
    parent: bare(fields.parent_id),
    thread: bare(fields.link_id),
    metadata: told({
      subreddit: fields.subreddit,
      score: fields.score,
      thread: bare(fields.link_id),
      title: text(fields.link_title),
    }),
  }
}

function submission(fields: Fields, title: string): Post | Reason | undefined {
  const body = text(fields.selftext) ?? ''
  const gone = isGone(body) ?? isGone(title)
  if (gone) return gone
  // What moderators and the network's own filters have taken away keeps its text in some dumps.
  if (text(fields.removed_by_category) !== undefined)
    return fields.removed_by_category === 'deleted' ? deleted : removed
  const id = text(fields.id) ?? bare(fields.name)
  if (id === undefined) return undefined
  return {
    id,
    text: body,
    markup: 'markdown',
    title,
    author: text(fields.author),
    url: permalink(fields.permalink) ?? text(fields.url),
    created: timestampOf(fields.created_utc),
    thread: id,
    metadata: told({ subreddit: fields.subreddit, score: fields.score, title }),
  }
}

function isGone(body: string): Reason | undefined {
  const trimmed = body.length < 40 ? body.trim() : ''
  if (/^\[ ?(?:deleted|deleted by user) ?\]$/i.test(trimmed)) return deleted
  return /^\[ ?removed(?: by (?:reddit|moderator))? ?\]$/i.test(trimmed) ? removed : undefined
}

/** An id without the kind that is before it: `t3_10sv6t`. */
function bare(value: unknown): string | undefined {
  return text(value)?.replace(/^t\d_/, '')
}

function permalink(value: unknown): string | undefined {
  return text(value)?.replace(/^\//, 'https://www.reddit.com/')
}

/** A comment has a page of its own beneath its post's, where that is one of the network. */
function onPage(link: unknown, id: string): string | undefined {
  const page = text(link)
  return page && /^https?:\/\/[^/]*reddit\.com\/r\/[^/]+\/comments\//.test(page)
    ? `${page.replace(/\/?$/, '/')}${id}/`
    : undefined
}
