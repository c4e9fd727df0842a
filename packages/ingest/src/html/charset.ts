import { isAscii, isUtf8 } from 'node:buffer'
import type { PeekReader } from '../bytes/peek.ts'
import { guessEncoding } from '../encoding/guess.ts'
import { windows1252Text } from '../encoding/windows1252.ts'

/** Bytes of a page in which browsers look for its own word on its encoding. */
const prescan = 1024 * 4

/**
 * The text of a page or feed whose encoding is told in several places, none of them reliable. In order: a byte order mark; UTF-8
 * that is valid and more than ASCII, whatever it calls itself, for other text hardly ever is by chance; the label of the
 * transport; its own label; a guess between UTF-8 and Windows-1252.
 *
 * @param told what the transport said: the `charset` of a Content-Type
 */
export function decodeLabelled(bytes: Uint8Array, told?: string): string {
  return decodeAs(bytes, encodingOf(bytes, told))
}

/** The encoding that `decodeLabelled` takes, by its name in the WHATWG Encoding Standard. */
export function encodingOf(bytes: Uint8Array, told?: string): string {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  // `<` and a NUL: UTF-16 without a mark.
  if (a === 0x3c && b === 0) return 'utf-16le'
  if (a === 0 && b === 0x3c) return 'utf-16be'
  const labels = [told, ownLabel(bytes)].map(standardName)
  // The stateful encodings of Japan are ASCII by their bytes, and so valid UTF-8 always.
  const stateful = labels.find(label => label === 'iso-2022-jp')
  if (stateful) return stateful
  // Who says UTF-16 and has written single bytes has said nothing; nor who says UTF-8 of bytes that are not.
  const single = labels.find(label => label !== undefined && !label.startsWith('utf-'))
  if (isAscii(bytes)) return single ?? 'utf-8'
  if (isUtf8(bytes)) return 'utf-8'
  const guess = guessEncoding(bytes, true)
  return guess === 'utf-8' ? guess : (single ?? guess)
}

/** Bytes from which the encoding of a long text is told. */
const sampleBytes = 1024 * 1024

/** The text behind a reader, bit by bit; the encoding is told as `decodeLabelled` does, from the first MiB. */
export async function* labelledText(reader: PeekReader): AsyncGenerator<string, void, undefined> {
  const sample = await reader.peek(sampleBytes)
  const encoding = encodingOf(sample.length < sampleBytes ? sample : wholeCharacters(sample))
  const decoder = encoding === 'windows-1252' ? undefined : new TextDecoder(encoding)
  const bytes = new Uint8Array(64 * 1024)
  for (;;) {
    const count = await reader.read(bytes)
    if (count === 0) break
    const part = bytes.subarray(0, count)
    yield decoder ? decoder.decode(part, { stream: true }) : windows1252Text(part)
  }
  const rest = decoder?.decode() ?? ''
  if (rest !== '') yield rest
}

/** UTF-8 less the character that the sample's end cuts. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > bytes.length - 4 && (bytes[end - 1]! & 0xc0) === 0x80) end--
  return bytes.subarray(0, (bytes[end - 1]! & 0x80) === 0 ? bytes.length : end - 1)
}

export function decodeAs(bytes: Uint8Array, encoding: string): string {
  return encoding === 'windows-1252' ? windows1252Text(bytes) : new TextDecoder(encoding).decode(bytes)
}

/** What the beginning says of its encoding: `<meta charset>`, `<meta http-equiv>`, or the declaration of XML. */
function ownLabel(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(prescan, bytes.length)).toString('latin1')
  return (/^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)/i.exec(head) ??
    /<meta[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head))?.[1]
}

function standardName(label: string | undefined): string | undefined {
  try {
    return label === undefined ? undefined : new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}
