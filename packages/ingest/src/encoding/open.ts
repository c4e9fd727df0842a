import { ConfigError, DataError, StateError } from '@sluice/pipeline'
import { openBytes } from '../bytes/open.ts'
import { peekReader } from '../bytes/peek.ts'
import { type ByteReader, skipBytes } from '../bytes/reader.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { autoReader } from './auto.ts'
import { decodingReader } from './decoder.ts'
import { headSample, judgeHead } from './head.ts'
import { windows1252Reader } from './windows1252.ts'

/** A file's text as UTF-8, a byte order mark of UTF-8 included. */
export interface Utf8Reader extends ByteReader {
  /** The file's encoding as far as it is decided. `'utf-8'` and undefined (only ASCII so far) pass bytes as they are. */
  encoding(): string | undefined
}

export interface Utf8Place {
  /** Bytes of UTF-8 read before. */
  readonly byte: number
  /** What `encoding()` said there. */
  readonly encoding?: string
}

/**
 * Opens a file as UTF-8 text.
 *
 * @param encoding `'auto'`: byte order mark, else UTF-16 by its NULs, else UTF-8 or Windows-1252 (see `autoReader`); or a label
 * of the WHATWG Encoding Standard
 * @param from where to go on. In a file that is neither packed nor transcoded it is sought, else it is read up to again.
 * @throws DataError for what is no text; StateError when the file is shorter than `from`
 */
export async function openUtf8(file: CorpusFile, encoding: string, from?: Utf8Place): Promise<Utf8Reader> {
  const { reader, plain } = await openBytes(file)
  try {
    const asItIs = from?.encoding === undefined || from.encoding === 'utf-8'
    if (from && plain && asItIs && (encoding === 'auto' || isUtf8Label(encoding))) {
      if (from.byte > plain.size) throw shorter(file, from.byte, plain.size)
      plain.seek(from.byte)
      const decided = from.encoding === 'utf-8' || encoding !== 'auto' ? 'utf-8' : undefined
      return autoReader(peekReader(plain), { decided, file: file.name })
    }
    const text = encoding === 'auto' ? await judged() : stated()
    if (from) {
      const skipped = await skipBytes(text, from.byte)
      if (skipped < from.byte) throw shorter(file, from.byte, skipped)
    }
    return text
  } catch (error) {
    await reader.close()
    throw error
  }

  async function judged(): Promise<Utf8Reader> {
    const verdict = judgeHead(await reader.peek(headSample))
    if (verdict === 'open') return autoReader(reader, { file: file.name })
    if ('unreadable' in verdict) {
      throw new DataError(`it is no text: it looks ${verdict.unreadable}`, {
        file: file.name,
        advice: 'leave it out of "path", or set "encoding" if it is text all the same',
      })
    }
    if (verdict.encoding === 'utf-8') return autoReader(reader, { decided: 'utf-8', file: file.name })
    return { ...decodingReader(reader, verdict.encoding), encoding: () => verdict.encoding }
  }

  function stated(): Utf8Reader {
    if (isUtf8Label(encoding)) return autoReader(reader, { decided: 'utf-8', file: file.name })
    const standard = standardName(encoding)
    const text = standard === 'windows-1252' ? windows1252Reader(reader) : decodingReader(reader, standard)
    return { ...text, encoding: () => standard }
  }
}

const isUtf8Label = (label: string): boolean => standardName(label) === 'utf-8'

/** The name that the standard has for a label, in lower case. @throws ConfigError for a label nobody knows */
function standardName(label: string): string {
  try {
    return new TextDecoder(label).encoding
  } catch (cause) {
    throw new ConfigError(`no encoding is called "${label}"`, {
      advice:
        'use "auto", "utf-8", "utf-16le", "utf-16be", "windows-1252", "gb18030", "shift_jis" or another label of the WHATWG Encoding Standard',
      cause,
    })
  }
}

function shorter(file: CorpusFile, expected: number, actual: number): StateError {
  return new StateError(`the run had read ${expected} bytes of it, and now it has ${actual}`, {
    file: file.name,
    advice: 'put the file back as it was, or start a new run',
  })
}
