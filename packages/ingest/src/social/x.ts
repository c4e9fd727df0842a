import type { Reason } from '../source/left-out.ts'
import { isFields } from './activity.ts'
import { type Fields, type Post, repost, text } from './post.ts'

/** A post of X (Twitter), from its API or an account's archive (`tweets.js`); undefined where it is none. */
export function xPost(fields: Fields): Post | Reason | undefined {
  if (isFields(fields.tweet)) return xPost(fields.tweet)
  const body = text(fields.full_text) ?? (typeof fields.id_str === 'string' ? text(fields.text) : undefined)
  const id = text(fields.id_str) ?? text(fields.id)
  if (body === undefined || id === undefined) return undefined
  if (isFields(fields.retweeted_status) || /^RT @\w+:/.test(body)) return repost
  const author = isFields(fields.user) ? text(fields.user.screen_name) : undefined
  return {
    id,
    text: body,
    // Its text has `&`, `<` and `>` escaped and no tags.
    markup: 'entities',
    author,
    url: author === undefined ? undefined : `https://x.com/${author}/status/${id}`,
    created: xDate(text(fields.created_at)),
    lang: language(text(fields.lang)),
    parent: text(fields.in_reply_to_status_id_str),
  }
}

/** `und` is "undetermined", and `qme` and the like are no languages. */
const language = (code: string | undefined): string | undefined =>
  code === undefined || /^(?:und|zxx|q\w\w)$/.test(code) ? undefined : code

/** `Wed Oct 10 20:19:24 +0000 2018`, or ISO 8601. */
function xDate(value: string | undefined): number | undefined {
  const parsed = Date.parse(value ?? '')
  return Number.isNaN(parsed) ? undefined : parsed
}
