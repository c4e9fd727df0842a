import type { FileLayer, OutputFile } from '../files/layer.ts'

/** The machine lost its power: nothing works after that, and nobody catches it. */
export class Crash extends Error {}

/**
 * A file system that dies at its `at`-th operation, counted from 1, and at every one after it. A write that dies has
 * written the first half.
 */
export function dying(files: FileLayer, at: number): { files: FileLayer; operations(): number } {
  let count = 0

  function step(): void {
    if (++count >= at) throw new Crash(`at operation ${count}`)
  }

  function output(file: OutputFile): OutputFile {
    return {
      async write(bytes) {
        if (count + 1 === at) await file.write(bytes.subarray(0, bytes.length >> 1))
        step()
        await file.write(bytes)
      },
      async sync() {
        step()
        await file.sync()
      },
      async close() {
        step()
        await file.close()
      },
    }
  }

  return {
    operations: () => count,
    files: {
      async create(path) {
        step()
        return output(await files.create(path))
      },
      async open(path) {
        step()
        return files.open(path)
      },
      async names(path) {
        step()
        return files.names(path)
      },
      async makeDirectory(path) {
        step()
        await files.makeDirectory(path)
      },
      async syncDirectory(path) {
        step()
        await files.syncDirectory(path)
      },
      async rename(from, to) {
        step()
        await files.rename(from, to)
      },
      async remove(path) {
        step()
        // A directory goes file by file, and may go in part.
        for (const name of await files.names(path)) await this.remove(`${path}/${name}`)
        await files.remove(path)
      },
    },
  }
}
