import { type Registry, toJsonSchema } from '@sluice/pipeline'
import { recipeSchema } from './recipe.ts'

/** The recipe's schema as a JSON Schema (draft 2020-12) of what a person writes, for editors: `recipes/schema.json`. */
export function jsonSchema(registry: Registry): Record<string, unknown> {
  return toJsonSchema(recipeSchema(registry), 'Sluice recipe')
}
