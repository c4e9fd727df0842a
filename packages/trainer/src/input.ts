import { type Blocks, SchemaError } from '@sluice/pipeline'
import { DataType, type Schema } from 'apache-arrow'

/** @throws SchemaError when the input is not blocks, or its rows are longer than the model's context */
export function checkBlocks(stage: string, input: Schema<Blocks>, blockSize: number): void {
  const type = input.fields.find(field => field.name === 'ids')?.type
  if (!type || !DataType.isFixedSizeList(type) || !DataType.isInt(type.valueType)) {
    throw new SchemaError(`expected a column ids: FixedSizeList<Int32>, found ${type ?? 'none'}`, {
      stage,
      place: 'ids',
      advice: 'put pack before it',
    })
  }
  if (type.listSize < 2 || type.listSize > blockSize + 1) {
    throw new SchemaError(
      `expected rows of at most ${blockSize + 1} ids (the model's context and one), found ${type.listSize}`,
      { stage, place: 'ids', advice: 'give pack and the model the same blockSize' },
    )
  }
}
