export { readParquetWeights } from './parquet/read.ts'
export { writeParquetWeights } from './parquet/write.ts'
export { readSafetensors, type SafetensorsContent } from './safetensors/read.ts'
export { type SafetensorsOptions, writeSafetensors } from './safetensors/write.ts'
