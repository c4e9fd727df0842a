import { ConfigError, type Documents, documentsSchema, requireFields, type Sink } from '@sluice/pipeline'
import { arrowWriter } from './arrow.ts'
import { jsonlWriter } from './jsonl.ts'
import { type Output, openOutput } from './output.ts'
import { parquetWriter } from './parquet.ts'
import type { DocumentWriter } from './writer.ts'

export type DocumentFormat = 'jsonl' | 'parquet' | 'arrow' | 'arrow-stream'

export interface WriteDocumentsOptions {
  /** The file to write; its folder is made. What stands there is replaced when the new one is whole. */
  readonly path: string
  /** Default: by the file's name: `.jsonl`, `.ndjson`, `.parquet`, `.arrow`, `.feather`, `.arrows` (a stream); `.gz` may follow. */
  readonly format?: DocumentFormat
  /**
   * Default: `gzip` for a name that ends in `.gz`, `snappy` for Parquet, else `none`. Gzip is for JSON Lines and Arrow, snappy for
   * Parquet.
   */
  readonly compression?: 'none' | 'gzip' | 'snappy'
  /** Names the sink in errors. Default `write`. */
  readonly id?: string
}

/**
 * A sink that writes documents to a file. Until the run has finished the file is called `<path>.partial`; that of a run which
 * was stopped or failed stays under that name: whole lines or batches as far as it came, a Parquet file without its footer.
 *
 * @throws ConfigError for a name that tells no format, and for a compression that the format does not have
 */
export function writeDocuments(options: WriteDocumentsOptions): Sink<Documents> {
  const { path, id = 'write' } = options
  const format = options.format ?? formatOf(path, id)
  const compression = compressionFor(path, format, options.compression, id)
  let output: Output | undefined
  let writer: DocumentWriter | undefined
  return {
    id,
    accept: input => requireFields(id, input, documentsSchema),
    async open() {
      output = await openOutput(path, compression === 'gzip' ? 'gzip' : 'none')
      writer = writerFor(format, output, compression)
    },
    consume: frame => writer!.write(frame.batch),
    async close(outcome) {
      if (outcome !== 'finished') return output?.leave()
      try {
        await writer?.end()
      } catch (error) {
        await output?.leave().catch(() => {})
        throw error
      }
      await output?.finish()
    },
  }
}

function writerFor(format: DocumentFormat, output: Output, compression: string): DocumentWriter {
  if (format === 'jsonl') return jsonlWriter(output)
  if (format === 'parquet') return parquetWriter(output, compression === 'snappy' ? 'SNAPPY' : 'UNCOMPRESSED')
  return arrowWriter(output, format === 'arrow' ? 'file' : 'stream')
}

const endings: readonly (readonly [RegExp, DocumentFormat])[] = [
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'jsonl'],
  [/\.parquet$/i, 'parquet'],
  [/\.(arrow|feather)(\.gz)?$/i, 'arrow'],
  [/\.arrows(\.gz)?$/i, 'arrow-stream'],
]

function formatOf(path: string, stage: string): DocumentFormat {
  const found = endings.find(([ending]) => ending.test(path))
  if (found) return found[1]
  throw new ConfigError('the name does not tell a format', {
    stage,
    file: path,
    advice: 'end it in .jsonl, .parquet or .arrow, or state the format',
  })
}

function compressionFor(
  path: string,
  format: DocumentFormat,
  asked: WriteDocumentsOptions['compression'],
  stage: string,
): 'none' | 'gzip' | 'snappy' {
  const named = /\.gz$/i.test(path) ? 'gzip' : format === 'parquet' ? 'snappy' : 'none'
  const compression = asked ?? named
  const fits = compression === 'none' || (compression === 'snappy') === (format === 'parquet')
  if (fits) return compression
  throw new ConfigError(`${format} is not written with ${compression}`, {
    stage,
    file: path,
    advice: format === 'parquet' ? 'use "snappy" or "none"' : 'use "gzip" or "none"',
  })
}
