import { builtInRegistry, jsonSchema } from '@sluice/recipe'
import type { Command } from './command.ts'

export const schemaCommand: Command = {
  command: 'schema',
  describe: 'Print the JSON Schema of a recipe, for editors',
  options: {},
  examples: [['$0 schema > recipes/schema.json', 'what "$schema" in a recipe points to']],
  async run(_options, console) {
    console.stdout.write(`${JSON.stringify(jsonSchema(builtInRegistry()), null, 2)}\n`)
    return 0
  },
}
