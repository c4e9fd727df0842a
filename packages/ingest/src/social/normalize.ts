import { htmlToText } from '../html/text.ts'
import { lineFeeds } from '../pieces/newlines.ts'
import { decodeEntities, markdownToText } from './markdown.ts'
import type { Post } from './post.ts'

export interface Normalization {
  /** Whether marks of Markdown and HTML become plain text. Default `'plain'`. */
  readonly markup?: 'plain' | 'keep'
  /** What becomes of web addresses: kept, `[link]`, or gone. Default `'keep'`. */
  readonly links?: 'keep' | 'mask' | 'drop'
  /** Whether names of users become `@user` and `u/user`, and authors are left out. Default `'mask'`. */
  readonly users?: 'keep' | 'mask'
}

// A point or bracket at the end is the sentence's. Every repetition is of one class, so that the time is linear.
const links = /\b(?:https?:\/\/|www\.)[^\s<>"'\])]+(?<![.,;:!?])/gi
// `@name`, `@name@server.example`; not the middle of an e-mail address, nor a path.
const mentions = /(?<![\w@/.-])@\w[\w.-]{0,63}(?<![.-])(?:@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})?/g
const redditors = /(?<![\w/])\/?u\/[\w-]{2,20}(?![\w-])/g

/** Makes the function from a post's text, or title, to text for reading. */
export function normalizer(options: Normalization): (text: string, markup: Post['markup']) => string {
  const { markup: wanted = 'plain', links: onLink = 'keep', users = 'mask' } = options
  return (text, markup) => {
    let plain = lineFeeds(text)
    if (wanted === 'plain') {
      if (markup === 'html') plain = htmlToText(plain)
      else if (markup === 'markdown') plain = markdownToText(plain)
    }
    if (markup === 'entities' || (wanted === 'keep' && markup === 'markdown')) plain = decodeEntities(plain)
    if (onLink !== 'keep') plain = plain.replace(links, onLink === 'mask' ? '[link]' : '')
    if (users === 'mask') plain = plain.replace(mentions, '@user').replace(redditors, 'u/user')
    return onLink === 'drop'
      ? plain
          .replace(/[ \t]+$/gm, '')
          .replace(/([^\n]) {2,}/g, '$1 ')
          .trim()
      : plain.trim()
  }
}
