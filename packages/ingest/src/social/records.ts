import { BadRecord, recordOf } from '../jsonl/records.ts'
import type { Reason } from '../source/left-out.ts'
import { activityPost } from './activity.ts'
import type { Fields, Post } from './post.ts'
import { redditPost } from './reddit.ts'
import { xPost } from './x.ts'

/** The post in a record of any of the networks, or why it is left out. @throws BadRecord */
export function postOf(json: string): Post | Reason {
  const fields: Fields = recordOf(json)
  const post = redditPost(fields) ?? activityPost(fields) ?? xPost(fields)
  if (post !== undefined) return post
  const names = Object.keys(fields)
  const found = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '')
  throw new BadRecord(`expected a post of Reddit, Mastodon, ActivityPub or X, found ${found || 'an empty object'}`)
}

export const isPost = (found: Post | Reason): found is Post => !Array.isArray(found)
