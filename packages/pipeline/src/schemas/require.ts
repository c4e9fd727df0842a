import type { Schema } from 'apache-arrow'
import { SchemaError } from '../errors.ts'
import { nearest } from '../registry/nearest.ts'

/**
 * Checks that `input` has the columns of `expected` that `stage` needs. Types are compared by structure, through Arrow's own
 * notation (`List<Int32>`, `FixedSizeList[257]<Int32>`), because Arrow's comparison of schemas is by identity in places and
 * fails after IPC. Columns that `expected` lets be null may be missing; further columns may be there; whether a column of
 * `input` may hold nulls is not compared, for most writers say yes without ever writing one.
 *
 * @throws SchemaError naming the stage and the column
 */
export function requireFields(stage: string, input: Schema, expected: Schema): void {
  for (const { name, type, nullable } of expected.fields) {
    const found = input.fields.find(field => field.name === name)
    if (!found && nullable) continue
    if (!found) {
      const names = input.names.map(String)
      const near = nearest(name, names)
      throw new SchemaError(`needs a column "${name}" of type ${type}, but gets ${list(names)}`, {
        stage,
        ...(near === undefined ? {} : { advice: `rename "${near}"?` }),
      })
    }
    if (`${found.type}` !== `${type}`) {
      throw new SchemaError(`needs the column "${name}" to be ${type}, but it is ${found.type}`, { stage })
    }
  }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'no columns' : `only ${names.map(name => `"${name}"`).join(', ')}`
}

/** The first column in which two schemas differ by name, order or type; undefined where they agree. */
export function differingField(a: Schema, b: Schema): string | undefined {
  for (let i = 0; i < Math.max(a.fields.length, b.fields.length); i++) {
    const [left, right] = [a.fields[i], b.fields[i]]
    if (left?.name !== right?.name || `${left?.type}` !== `${right?.type}`) return (left ?? right)!.name
  }
  return undefined
}
