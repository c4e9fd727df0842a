// Numbers of the Parquet format, as far as weights need them: https://github.com/apache/parquet-format

/** Begins and ends a file. */
export const magic = 'PAR1'

/** `Type` */
export const physical = { int64: 2, byteArray: 6 } as const

/** `FieldRepetitionType` */
export const repetition = { required: 0, repeated: 2 } as const

/** `Encoding` */
export const encoding = { plain: 0, runLength: 3 } as const

/** `PageType` */
export const dataPage = 0

/** `CompressionCodec` */
export const uncompressed = 0
