import { stat } from 'node:fs/promises'
import { type FileState, StorageError } from '@sluice/pipeline'
import type { CorpusFile } from '../path/corpus-file.ts'

/**
 * What a source's files were like when they were first looked at. One that is cut or goes on growing while a run reads it, once an epoch,
 * would lose documents or bring new ones, and nobody would notice.
 */
export class FileStates {
  readonly #states = new Map<string, FileState>()
  readonly #files = new Map<string, CorpusFile>()

  /** Looks at files, and gives what each is like by its name. */
  async note(files: readonly CorpusFile[]): Promise<Record<string, FileState>> {
    for (const file of files) if (!file.open) this.#keep(file, await stateOf(file))
    return Object.fromEntries(this.#states)
  }

  /**
   * Makes sure that none is missing among the files that are about to be read: a glob does not tell that one is gone, and an epoch without
   * it would look like any other.
   *
   * @throws StorageError naming one that is gone
   */
  async complete(files: readonly CorpusFile[]): Promise<void> {
    const there = new Set(files.map(({ name }) => name))
    for (const [name, file] of this.#files) if (!there.has(name)) await stateOf(file)
  }

  /**
   * @param warn told of a file that may have become another one of the same size
   * @throws StorageError where a file has another size than before, or is gone
   */
  async check(file: CorpusFile, warn: (message: string) => void): Promise<void> {
    // What is fetched is held to its version, and what was read of standard input does not change.
    if (file.open) return
    const before = this.#states.get(file.name)
    const now = await stateOf(file)
    if (before === undefined) return this.#keep(file, now)
    if (before.bytes !== now.bytes) {
      throw new StorageError(`it had ${before.bytes} bytes when this run began to read, and has ${now.bytes} now`, {
        file: file.name,
        advice: 'put it back as it was, then go on with --resume',
      })
    }
    if (before.modified === now.modified) return
    warn(
      `${file.name} has another date than when this run began to read, and as many bytes: if its text is another, that is what is read now`,
    )
    this.#keep(file, now)
  }

  #keep(file: CorpusFile, state: FileState): void {
    this.#states.set(file.name, state)
    this.#files.set(file.name, file)
  }
}

async function stateOf({ name, path }: CorpusFile): Promise<FileState> {
  try {
    const { size, mtimeMs } = await stat(path)
    return { bytes: size, modified: Math.floor(mtimeMs) }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new StorageError(`cannot look at it (${code ?? message})`, {
      file: name,
      advice: `check that ${path} still is where it was`,
      cause,
    })
  }
}
