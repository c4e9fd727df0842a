import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The poems of the npm package chinese-poetry, one a document: title or tune, author, lines. A source of a recipe's own:
 * `{ "use": "./chinese-poetry.js", "files": ["dist/songci/ci.song."] }`, where `files` are beginnings of names in the package.
 */
export default async function* chinesePoetry({ files }, { baseDir }) {
  const folder = packageFolder(baseDir)
  for (const beginning of files) {
    const [, directory, start] = /^(.*\/)([^/]*)$/.exec(beginning)
    const names = (await readdir(join(folder, directory))).filter(
      name => name.startsWith(start) && name.endsWith('.json'),
    )
    if (names.length === 0) throw new Error(`the package chinese-poetry has no files ${beginning}*.json`)
    for (const name of names.sort()) {
      const poems = JSON.parse(await readFile(join(folder, directory, name), 'utf8'))
      for (const [i, { title, rhythmic, author, paragraphs, content }] of poems.entries()) {
        const text = [title ?? rhythmic, author, ...(paragraphs ?? content ?? [])].filter(Boolean).join('\n')
        yield { id: `${directory}${name}#${i}`, text, lang: 'zh' }
      }
    }
  }
}

/** It is 350 MB, so it is no dependency of this repository. */
function packageFolder(baseDir) {
  try {
    return join(createRequire(join(baseDir, 'recipe.json')).resolve('chinese-poetry/package.json'), '..')
  } catch {
    throw new Error('this recipe reads the npm package chinese-poetry: npm install --no-save chinese-poetry@2.0.1')
  }
}
