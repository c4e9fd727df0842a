import { resolve } from 'node:path'
import { checkRecipe, loadRecipe } from '@sluice/recipe'
import type { Command } from './command.ts'

export const validateCommand: Command<{ readonly config: string }> = {
  command: 'validate <config>',
  describe: 'Check a recipe without running it',
  positionals: {
    config: { type: 'string', demandOption: true, describe: 'The recipe, a JSON file' },
  },
  options: {},
  examples: [['$0 validate recipes/quickstart.json', 'says what is wrong, and where']],
  async run({ config }, console) {
    const recipe = checkRecipe(await loadRecipe(resolve(console.cwd, config)))
    const sources = recipe.sources.map(source => source.use).join(' + ')
    const { model, tokenizer, train } = recipe
    console.stdout.write(
      `${config} is a valid recipe: ${recipe.name}, ${model.use} on ${sources}, ${tokenizer.use} tokens, ${train.steps} steps\n`,
    )
    return 0
  },
}
