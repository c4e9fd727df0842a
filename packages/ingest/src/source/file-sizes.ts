import { stat } from 'node:fs/promises'
import { StorageError } from '@sluice/pipeline'
import type { CorpusFile } from '../path/corpus-file.ts'

/**
 * The sizes that a source's files had when they were first looked at. One that is cut or goes on growing while a run reads it, once an
 * epoch, would lose documents or bring new ones, and nobody would notice.
 */
export class FileSizes {
  readonly #bytes = new Map<string, number>()
  readonly #files = new Map<string, CorpusFile>()

  /** Looks at files, and gives the size of each by its name. */
  async note(files: readonly CorpusFile[]): Promise<Record<string, number>> {
    for (const file of files) if (!file.open) this.#keep(file, await sizeOf(file))
    return Object.fromEntries(this.#bytes)
  }

  /**
   * Makes sure that none is missing among the files that are about to be read: a glob does not tell that one is gone, and an epoch without
   * it would look like any other.
   *
   * @throws StorageError naming one that is gone
   */
  async complete(files: readonly CorpusFile[]): Promise<void> {
    const there = new Set(files.map(({ name }) => name))
    for (const [name, file] of this.#files) if (!there.has(name)) await sizeOf(file)
  }

  /** @throws StorageError where a file has another size than before, or is gone */
  async check(file: CorpusFile): Promise<void> {
    // What is fetched is held to its version, and what was read of standard input does not change.
    if (file.open) return
    const before = this.#bytes.get(file.name)
    const now = await sizeOf(file)
    if (before === undefined) this.#keep(file, now)
    else if (before !== now) {
      throw new StorageError(`it had ${before} bytes when this run began to read, and has ${now} now`, {
        file: file.name,
        advice: 'put it back as it was, then go on with --resume',
      })
    }
  }

  #keep(file: CorpusFile, bytes: number): void {
    this.#bytes.set(file.name, bytes)
    this.#files.set(file.name, file)
  }
}

async function sizeOf({ name, path }: CorpusFile): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new StorageError(`cannot look at it (${code ?? message})`, {
      file: name,
      advice: `check that ${path} still is where it was`,
      cause,
    })
  }
}
