import { readFile, rename, writeFile } from 'node:fs/promises'
import {
  type Blocks,
  blocksSchema,
  DataError,
  type EvaluationSet,
  requireFields,
  StorageError,
  storageError,
} from '@sluice/pipeline'
import { DataType, RecordBatch, Schema, Table, tableFromIPC, tableToIPC } from 'apache-arrow'

const key = 'sluice.evaluation'
const version = 1

/** Writes an evaluation set as an Arrow IPC file; the numbers about it are metadata of its schema. @throws StorageError */
export async function saveEvaluation(set: EvaluationSet, path: string): Promise<void> {
  const { tokens, bytes, baselines } = set
  const fields = set.blocks[0]?.schema.fields ?? []
  const schema = new Schema<Blocks>(fields, new Map([[key, JSON.stringify({ version, tokens, bytes, baselines })]]))
  const table = new Table(
    schema,
    set.blocks.map(block => new RecordBatch<Blocks>(schema, block.data)),
  )
  try {
    await writeFile(`${path}.tmp`, tableToIPC(table, 'file'))
    await rename(`${path}.tmp`, path)
  } catch (cause) {
    throw new StorageError(`the evaluation set cannot be written: ${(cause as Error).message}`, { file: path, cause })
  }
}

/** @throws StorageError where the file cannot be read, DataError where it is no evaluation set */
export async function loadEvaluation(path: string): Promise<EvaluationSet> {
  const file = await readFile(path).catch((cause: Error) => {
    throw storageError('the evaluation set cannot be read', path, cause)
  })
  try {
    const table = tableFromIPC<Blocks>(file)
    const told = JSON.parse(table.schema.metadata.get(key) ?? 'null')
    if (told?.version !== version) throw new DataError(`version ${told?.version ?? 'none'}, expected ${version}`)
    const { type } = table.schema.fields.find(field => field.name === 'ids') ?? {}
    requireFields('evaluation', table.schema, blocksSchema(DataType.isFixedSizeList(type) ? type.listSize : 1))
    return { blocks: table.batches, tokens: told.tokens, bytes: told.bytes, baselines: told.baselines }
  } catch (cause) {
    const message = `this is no evaluation set: ${(cause as Error).message}`
    throw new DataError(message, { file: path, advice: 'remove it, and go on with --resume: it is made again', cause })
  }
}
