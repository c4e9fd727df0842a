import { isUtf8 } from 'node:buffer'
import { decodeLabelled } from '../html/charset.ts'
import { BadPage, type Extractor } from '../html/extract.ts'
import { lineFeeds } from '../pieces/newlines.ts'
import type { Reason } from '../source/left-out.ts'
import { BadBody, bodyOf, httpResponse, LargeBody } from '../warc/http.ts'
import type { WarcRecord } from '../warc/record.ts'
import type { NewsSettings } from './options.ts'
import { toldBy } from './text.ts'

/** What a record holds for a reader. */
export interface Payload {
  readonly text: string
  readonly title?: string | undefined
  readonly lang?: string | undefined
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Why a record gives no document, though nothing is wrong with it. */
export class NotText extends Error {
  readonly reason: Reason

  constructor(reason: Reason) {
    super(reason[0])
    this.reason = reason
  }
}

const otherStatus: Reason = ['response with a status that is not 2xx', 'responses with a status that is not 2xx']
const otherType: Reason = ['record that is no page and no text', 'records that are no page and no text']
const unreadable: Reason = ['page that cannot be parsed', 'pages that cannot be parsed']
const largePage: Reason = ['page over its limit', 'pages over their limit']
const withoutText: Reason = ['page without text', 'pages without text']

/** Whether a record's block is worth holding. */
export function isWanted(fields: ReadonlyMap<string, string>): boolean {
  const type = fields.get('warc-type')?.toLowerCase()
  return type === 'response' || type === 'conversion' || type === 'resource'
}

/**
 * The text in a record: of a `response` the body, by its type; of a `conversion` or `resource` the block itself.
 *
 * @throws NotText, BadBody, BadPage
 */
export function payloadOf(
  record: WarcRecord,
  settings: NewsSettings,
  extractor: Extractor,
): Payload | Promise<Payload> {
  const { fields, block } = record
  const told = fields.get('content-type') ?? ''
  if (fields.get('warc-type')?.toLowerCase() !== 'response') {
    if (isPage(told, block)) return page(block, told, settings, extractor)
    if (!/^text\/|^$/i.test(told)) throw new NotText(otherType)
    return plain(block, told, fields.get('warc-identified-content-language'))
  }
  const response = httpResponse(block)
  if (response === undefined) throw new BadBody('expected an HTTP response')
  if (response.status < 200 || response.status > 299) throw new NotText(otherStatus)
  const type = response.fields.get('content-type') ?? fields.get('warc-identified-payload-type') ?? ''
  if (type !== '' && !/html|^text\/plain/i.test(type)) throw new NotText(otherType)
  // The block is only lent; the body is read in a later turn.
  const body = bodyOf({ ...response, body: Buffer.from(response.body) }, settings.maxPageBytes)
  return body.then(bytes => {
    if (isPage(type, bytes)) return page(bytes, type, settings, extractor)
    if (type === '') throw new NotText(otherType)
    return plain(bytes, type)
  })
}

const isPage = (type: string, bytes: Buffer): boolean =>
  /html/i.test(type) || (type === '' && /^\s*<(?:!doctype html|html)/i.test(bytes.toString('latin1', 0, 256)))

const charset = (type: string): string | undefined => /charset\s*=\s*["']?([\w.:-]+)/i.exec(type)?.[1]

function plain(bytes: Buffer, type: string, languages?: string): Payload {
  // Nearly all of it is UTF-8, and Node decodes that in half the time that TextDecoder takes.
  const simple = bytes[0] !== 0xef && isUtf8(bytes) && !/charset/i.test(type)
  const text = lineFeeds(simple ? bytes.toString('utf8') : decodeLabelled(bytes, charset(type))).trim()
  if (text === '') throw new NotText(withoutText)
  return { text, metadata: languages === undefined ? {} : { languages } }
}

async function page(bytes: Buffer, type: string, settings: NewsSettings, extractor: Extractor): Promise<Payload> {
  if (bytes.length > settings.maxPageBytes) throw new NotText(largePage)
  const article = await extractor.extract(decodeLabelled(bytes, charset(type)))
  if (article === undefined) throw new NotText(withoutText)
  return { text: article.text, title: article.title, lang: article.lang, metadata: toldBy(article) }
}

/** Why a record gave no document: a reason to count, or a message about a record that is broken. Throws what is neither. */
export function whyLeftOut(error: unknown): Reason | string {
  if (error instanceof NotText) return error.reason
  if (error instanceof LargeBody) return largePage
  if (error instanceof BadPage) return unreadable
  if (error instanceof BadBody) return error.message
  throw error
}
