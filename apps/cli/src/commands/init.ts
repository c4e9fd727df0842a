import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { StateError, StorageError } from '@sluice/pipeline'
import { builtInRegistry, jsonSchema, starterRecipe } from '@sluice/recipe'
import type { Command } from './command.ts'

export const initCommand: Command<{ readonly dir: string }> = {
  command: 'init [dir]',
  describe: 'Write a commented starter recipe',
  positionals: {
    dir: { type: 'string', default: '.', describe: 'Folder to write recipe.jsonc and schema.json into' },
  },
  options: {},
  examples: [['$0 init my-model', 'then put text files into my-model/corpus']],
  async run({ dir }, console) {
    const folder = resolve(console.cwd, dir)
    const shown = (name: string) => relative(console.cwd, join(folder, name)) || name
    const recipe = join(folder, 'recipe.jsonc')
    try {
      await mkdir(join(folder, 'corpus'), { recursive: true })
      await writeFile(recipe, starterRecipe(), { flag: 'wx' })
      await writeFile(join(folder, 'schema.json'), `${JSON.stringify(jsonSchema(builtInRegistry()), null, 2)}\n`)
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      if (code === 'EEXIST') {
        throw new StateError('is there already', {
          file: shown('recipe.jsonc'),
          advice: 'name another folder: pipeline init <dir>',
        })
      }
      throw new StorageError(`cannot be written: ${message}`, { file: folder, cause })
    }
    console.stdout.write(`wrote ${shown('recipe.jsonc')} and ${shown('schema.json')}\n`)
    console.stdout.write(`put text files into ${shown('corpus')}, then: pipeline run ${shown('recipe.jsonc')}\n`)
    return 0
  },
}
