import { timestampOf } from '../jsonl/timestamp.ts'
import type { Reason } from '../source/left-out.ts'
import { deleted, type Fields, notPublic, type Post, repost, text, told } from './post.ts'

const objects: ReadonlySet<unknown> = new Set(['Note', 'Article', 'Question', 'Page', 'Event'])
const everyone = /^(?:https:\/\/www\.w3\.org\/ns\/activitystreams#|as:)?Public$/

/**
 * A post of the Fediverse: an activity or object of ActivityStreams 2.0, as outboxes and exports of Mastodon hold them, or a status
 * of Mastodon's API. Undefined where it is none of these.
 */
export function activityPost(fields: Fields): Post | Reason | undefined {
  if (fields.type === 'Announce') return repost
  if (fields.type === 'Delete' || fields.type === 'Tombstone') return deleted
  if (fields.type === 'Create' || fields.type === 'Update') {
    const { object } = fields
    return isFields(object) ? activityPost({ to: fields.to, cc: fields.cc, ...object }) : undefined
  }
  if (objects.has(fields.type)) return note(fields)
  if (typeof fields.content === 'string' && isFields(fields.account)) return status(fields, fields.account)
  return undefined
}

function note(fields: Fields): Post | Reason | undefined {
  const id = text(fields.id)
  if (id === undefined) return undefined
  // Letters to followers or single people were not written for anyone else.
  if (![fields.to, fields.cc].flat().some(to => typeof to === 'string' && everyone.test(to))) return notPublic
  const lang = languageOf(fields.contentMap)
  return {
    id,
    text: text(fields.content) ?? lang?.content ?? '',
    markup: 'html',
    title: text(fields.name),
    author: text(fields.attributedTo),
    url: text(fields.url) ?? id,
    created: timestampOf(fields.published),
    lang: lang?.lang,
    parent: text(fields.inReplyTo),
    metadata: told({ warning: text(fields.summary), tags: tagsOf(fields.tag) }),
  }
}

function status(fields: Fields, account: Fields): Post | Reason | undefined {
  if (isFields(fields.reblog)) return repost
  const visibility = text(fields.visibility) ?? 'public'
  if (visibility !== 'public' && visibility !== 'unlisted') return notPublic
  const id = text(fields.uri) ?? text(fields.id)
  if (id === undefined) return undefined
  return {
    id,
    text: String(fields.content),
    markup: 'html',
    author: text(account.acct),
    url: text(fields.url),
    created: timestampOf(fields.created_at),
    lang: text(fields.language),
    parent: text(fields.in_reply_to_id),
    metadata: told({
      warning: text(fields.spoiler_text),
      tags: tagsOf(fields.tags),
    }),
  }
}

/** `contentMap` has the text by language; where there is one, it is the post's. */
function languageOf(map: unknown): { lang: string; content: string } | undefined {
  if (!isFields(map)) return undefined
  const found = Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return found.length === 1 ? { lang: found[0]![0], content: found[0]![1] } : undefined
}

function tagsOf(tags: unknown): string[] | undefined {
  if (!Array.isArray(tags)) return undefined
  const named = tags.filter(tag => isFields(tag) && tag.type !== 'Mention' && typeof tag.name === 'string')
  const names = named.map(tag => String(tag.name).replace(/^#/, '')).slice(0, 100)
  return names.length > 0 ? names : undefined
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
