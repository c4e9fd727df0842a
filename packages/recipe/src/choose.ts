import { type Backend, type BackendName, type BackendOptions, chooseBackend } from '@sluice/compute'
import { checkRecipe } from './check-recipe.ts'
import type { LoadedRecipe } from './load-recipe.ts'
import { trainingBytes } from './memory.ts'
import type { Recipe } from './recipe.ts'
import { variantFor } from './variant.ts'

export interface Choice {
  readonly backend: Backend
  /** Whose entry of `perBackend` the recipe follows. A resumed run keeps the one it began with. */
  readonly variant: BackendName
  readonly recipe: Recipe
  /** What a person should know of the choice. */
  readonly warnings: readonly string[]
}

/** Chooses what computes, then settles what the recipe says for it. */
export async function chooseVariant(loaded: LoadedRecipe, begun: BackendName | undefined): Promise<Choice> {
  const { train } = checkRecipe(loaded)
  // Only WebAssembly has a limit below the machine's: what matters is how much the recipe needs there.
  const needBytes = trainingBytes(recipeFor(loaded, begun ?? 'wasm'), loaded.registry)
  // What the variant says of precision and threads holds from the start: TensorFlow is told once.
  const optionsFor = (name: BackendName) => optionsOf(recipeFor(loaded, begun ?? name).train, needBytes)
  const found = await chooseBackend(train.backend, optionsFor)
  const { backend } = found
  const variant = begun ?? backend.name
  const recipe = recipeFor(loaded, variant)
  // 'auto' always finds something; that it is a hundred times slower than it might be has to be said.
  const slow = train.backend === 'auto' && backend.name === 'cpu'
  const reasons = found.reports.slice(0, -1).map(({ name, reason }) => `${name}: ${reason}`)
  const warnings = slow ? [`only plain JavaScript can compute this, which is slow (${reasons.join('; ')})`] : []
  return { backend, variant, recipe, warnings }
}

function optionsOf({ precision, threads, gpu }: Recipe['train'], needBytes: number | undefined): BackendOptions {
  return {
    precision,
    ...(needBytes === undefined ? {} : { needBytes }),
    ...(threads === undefined ? {} : { threads }),
    ...(gpu.memory === undefined ? {} : { gpuMemory: gpu.memory }),
    ...(gpu.tf32 ? {} : { tf32: false }),
  }
}

function recipeFor(loaded: LoadedRecipe, backend: BackendName): Recipe {
  return checkRecipe({ ...loaded, config: variantFor(loaded.config, backend) })
}
