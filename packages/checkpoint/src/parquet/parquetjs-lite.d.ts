// The part of parquetjs-lite 0.8 that is used here; the package has no declarations of its own.
declare module 'parquetjs-lite' {
  interface Column {
    type: 'UTF8' | 'BYTE_ARRAY' | 'INT32' | 'INT64'
    repeated?: boolean
    /** Whether least and greatest values are kept in the file. Default true. */
    statistics?: boolean
  }

  class ParquetSchema {
    constructor(columns: Record<string, Column>)
    readonly fields: Readonly<Record<string, { primitiveType: string; repetitionType: string }>>
  }

  interface EnvelopeOptions {
    /** Default true. */
    useDataPageV2?: boolean
    /** Default true. */
    pageIndex?: boolean
  }

  class ParquetEnvelopeWriter {
    /** `write` is called without waiting for the call before. */
    constructor(
      schema: ParquetSchema,
      write: (bytes: Buffer) => Promise<void>,
      close: () => Promise<void>,
      fileOffset: number,
      options: EnvelopeOptions,
    )
  }

  class ParquetWriter {
    constructor(schema: ParquetSchema, envelope: ParquetEnvelopeWriter, options: object)
    setRowGroupSize(rows: number): void
    setMetadata(key: string, value: string): void
    appendRow(row: Record<string, unknown>): Promise<void>
    close(): Promise<void>
  }

  interface RowGroup {
    readonly num_rows: unknown
    readonly columns: readonly {
      readonly meta_data: {
        readonly path_in_schema: readonly string[]
        readonly num_values: unknown
        readonly codec: number
        readonly data_page_offset: unknown
        readonly dictionary_page_offset: unknown
        readonly total_compressed_size: unknown
      }
    }[]
  }

  class ParquetEnvelopeReader {
    constructor(
      read: (position: number, length: number, otherFile?: string) => Promise<Buffer>,
      close: () => Promise<void>,
      fileSize: number,
      options?: object,
    )
  }

  class ParquetReader {
    static openEnvelopeReader(envelope: ParquetEnvelopeReader, options?: object): Promise<ParquetReader>
    readonly metadata: { readonly row_groups: readonly RowGroup[] }
    getSchema(): ParquetSchema
    getMetadata(): Record<string, string>
    /** @param columns their paths. Default: all */
    getCursor(columns?: readonly (readonly string[])[]): {
      nextRowGroup(): Promise<readonly Record<string, unknown>[] | null>
    }
    close(): Promise<void>
  }

  const parquet: {
    ParquetSchema: typeof ParquetSchema
    ParquetEnvelopeWriter: typeof ParquetEnvelopeWriter
    ParquetWriter: typeof ParquetWriter
    ParquetEnvelopeReader: typeof ParquetEnvelopeReader
    ParquetReader: typeof ParquetReader
  }
  export default parquet
  export type { ParquetReader, RowGroup }
}
