import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { builtInRegistry } from '../registry.ts'
import { jsonSchema } from './json-schema.ts'

const schema = jsonSchema(builtInRegistry())

test('recipes/schema.json is what the code says', async () => {
  const committed = await readFile(new URL('../../../../recipes/schema.json', import.meta.url), 'utf8')
  // Compared as a whole: the difference would fill the screen.
  const current = isDeepStrictEqual(JSON.parse(committed), schema)
  expect(current, 'write it anew: npm run build && npx pipeline schema > recipes/schema.json').toBe(true)
})

test('every key is explained', () => {
  const bare: string[] = []
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') {
        for (const [name, property] of Object.entries(
          value as Record<string, { description?: string; $ref?: string }>,
        )) {
          const target = property.$ref ? (schema.$defs as never)[property.$ref.split('/').at(-1)!] : undefined
          const explained = property.description ?? (target as { description?: string } | undefined)?.description
          if (explained === undefined) bare.push(`${path}.${name}`)
        }
      }
      visit(value, `${path}/${key}`)
    }
  }
  visit(schema, '')
  expect(bare).toEqual([])
})
