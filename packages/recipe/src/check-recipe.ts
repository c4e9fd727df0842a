import { checkConfig } from '@sluice/pipeline'
import { dataBudget } from './budget.ts'
import type { LoadedRecipe } from './load-recipe.ts'
import type { Recipe } from './recipe.ts'
import { recipeSchema } from './schema/recipe.ts'

/**
 * Checks a config against everything its names stand for, and fills in the defaults.
 *
 * @throws ConfigError naming the key, its line and column where it was read from a file, and the nearest valid one
 */
export function checkRecipe({ config, registry, loaded }: LoadedRecipe): Recipe {
  const told = loaded ? { ...loaded, value: config } : config
  const recipe = checkConfig(recipeSchema(registry), told) as unknown as Recipe
  dataBudget(recipe)
  return recipe
}
