import { DataError } from '@sluice/pipeline'
import { isZip } from '../archive/is-zip.ts'
import { startsLikeTar, tarEntry } from '../archive/tar.ts'
import { openZip } from '../archive/zip.ts'
import { openFile } from '../bytes/file.ts'
import { openBytes } from '../bytes/open.ts'
import type { ByteReader } from '../bytes/reader.ts'
import type { CorpusFile } from '../path/corpus-file.ts'

/** The files of an export that hold posts: Mastodon's, and X's with its older name. */
const isPosts = (name: string): boolean => /(?:^|\/)(?:outbox\.json|tweets?\.js)$/.test(name)

/** Bytes of such a file in a zip, where it is unpacked whole. */
const maxEntryBytes = 256 * 1024 * 1024

/** How the posts of a file are laid out. */
export type SocialLayout = 'lines' | 'collection'

/** NDJSON, or one JSON value with a list of posts, by how the file begins. @throws DataError */
export async function layoutOf(file: CorpusFile): Promise<SocialLayout> {
  if (await isZip(file)) return 'collection'
  const { reader } = await openBytes(file)
  try {
    const bytes = await reader.peek(64 * 1024)
    if (startsLikeTar(bytes)) return 'collection'
    const head = Buffer.from(bytes)
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trimStart()
    if (head.startsWith('[') || /^[\w.$]+ *= *\[/.test(head)) return 'collection'
    const line = /^\{.*\}\s*$/m.exec(head)
    if (line?.index === 0 && isJson(line[0])) return /"(?:orderedItems|items)"/.test(line[0]) ? 'collection' : 'lines'
    // Indented, or one endless line: a collection tells its list's name before the list, be it far from here.
    return /^\{\s*"(?:@context|type|id|orderedItems|totalItems)"/.test(head) ? 'collection' : 'lines'
  } finally {
    await reader.close()
  }
}

/** The JSON of a file: itself, or the file of posts in the archive that it is. */
export async function openCollection(file: CorpusFile): Promise<ByteReader> {
  if (await isZip(file)) return zipEntry(file)
  const { reader } = await openBytes(file)
  try {
    if (!startsLikeTar(await reader.peek(512))) return reader
    const entry = await tarEntry(reader, file.name, isPosts)
    if (entry === undefined) throw withoutPosts(file)
    return entry
  } catch (error) {
    await reader.close()
    throw error
  }
}

async function zipEntry(file: CorpusFile): Promise<ByteReader> {
  const plain = await openFile(file)
  try {
    const zip = await openZip(plain, file.name)
    const name = zip.names.find(isPosts)
    if (name === undefined) throw withoutPosts(file)
    let rest = await zip.read(name, maxEntryBytes)
    return {
      async read(into) {
        const count = Math.min(into.length, rest.length)
        into.set(rest.subarray(0, count))
        rest = rest.subarray(count)
        return count
      },
      async close() {},
    }
  } finally {
    await plain.close()
  }
}

function withoutPosts(file: CorpusFile): DataError {
  return new DataError('there is no outbox.json and no tweets.js in this archive', {
    file: file.name,
    advice: 'name the export of an account, or the file of posts in it',
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
