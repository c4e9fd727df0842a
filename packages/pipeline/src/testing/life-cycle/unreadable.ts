import { RecordBatch } from 'apache-arrow'

/** A batch whose columns throw. */
export function unreadable(batch: RecordBatch): RecordBatch {
  const broken = new Proxy(batch.data, {
    get(target, name) {
      if (name === 'children' || name === 'values') throw new Error('the column cannot be read')
      return Reflect.get(target, name, target)
    },
  })
  const copy = Object.create(RecordBatch.prototype) as RecordBatch
  return Object.assign(copy, { schema: batch.schema, data: broken })
}
