import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rowOf, rowsOf } from '@sluice/embed'
import { storageError } from '@sluice/pipeline'
import type { OpenRun } from './open-run.ts'
import { tokenOf } from './text.ts'

/** Of the embedding projector's own formats: one vector, or one token, a line. */
const files = { vectors: 'vectors.tsv', metadata: 'metadata.tsv', config: 'projector_config.pbtxt' } as const

/**
 * Writes the token vectors of a snapshot for TensorBoard's embedding projector: `tensorboard --logdir DIR`, or the two .tsv files
 * into the projector's page.
 *
 * @param options.limit tokens at most, those of the lowest ids. Default: all
 * @returns the files, and how many vectors they hold
 */
export async function writeProjector(
  run: OpenRun,
  {
    dir,
    step: asked,
    limit = Number.POSITIVE_INFINITY,
  }: { dir: string; step?: number | undefined; limit?: number | undefined },
): Promise<{ step: number; vectors: number; files: string[] }> {
  const tokenizer = await run.tokenizer()
  return run.table(asked, async (table, step) => {
    const ids = Array.from({ length: Math.min(limit, rowsOf(table)) }, (_, id) => id)
    const vectors = ids.map(id => `${Array.from(rowOf(table, id), value => Number(value.toPrecision(6))).join('\t')}\n`)
    const names = ids.map(id => `${oneLine(tokenOf(tokenizer, id).text)}\t${id}\n`)
    const config = [
      'embeddings {',
      `  tensor_name: "token vectors, step ${step}"`,
      `  tensor_path: "${files.vectors}"`,
      `  metadata_path: "${files.metadata}"`,
      '}',
      '',
    ]
    const written: [string, string][] = [
      [files.vectors, vectors.join('')],
      [files.metadata, `token\tid\n${names.join('')}`],
      [files.config, config.join('\n')],
    ]
    try {
      await mkdir(dir, { recursive: true })
      for (const [name, text] of written) await writeFile(join(dir, name), text)
    } catch (error) {
      throw storageError('the files of the projector cannot be written', dir, error)
    }
    return { step, vectors: ids.length, files: written.map(([name]) => join(dir, name)) }
  })
}

/** A line is a token: white space and control characters are spelt out, and an empty line would be none. */
function oneLine(text: string): string {
  const spelt = text.replace(/[\s\p{Cc}\u2028\u2029]/gu, character =>
    character === ' ' ? '·' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return spelt === '' ? '(empty)' : spelt
}
