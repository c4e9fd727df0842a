import { createHash } from 'node:crypto'
import type { FileLayer, InputFile, OutputFile } from './layer.ts'

/** Bytes and SHA-256 (lower-case hexadecimal) of a file's content. */
export interface Checksum {
  readonly bytes: number
  readonly sha256: string
}

/** The output itself, and a sum over all that is written to it. */
export function summedOutput(output: OutputFile): { output: OutputFile; sum(): Checksum } {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    output: {
      async write(chunk) {
        // The sum is taken while the disk is busy with the same bytes.
        const written = output.write(chunk)
        hash.update(chunk)
        bytes += chunk.byteLength
        await written
      },
      sync: () => output.sync(),
      close: () => output.close(),
    },
    sum: () => ({ bytes, sha256: hash.digest('hex') }),
  }
}

/**
 * The input itself, and the sum of the file where every byte of it is read once: taken of what was read, as far as it is there from
 * the beginning on, while the next reads are under way. What is read must not be changed before that.
 */
export function summedInput(input: InputFile): { input: InputFile; sum(): Checksum | undefined } {
  const hash = createHash('sha256')
  /** What was read ahead, by where it begins. */
  const ahead = new Map<number, Uint8Array>()
  let bytes = 0
  return {
    input: {
      ...input,
      async read(into, position) {
        await input.read(into, position)
        if (into.byteLength === 0) return
        ahead.set(position, into)
        for (let next = ahead.get(bytes); next; next = ahead.get(bytes)) {
          hash.update(next)
          ahead.delete(bytes)
          bytes += next.byteLength
        }
      },
    },
    sum: () => (bytes === input.size ? { bytes, sha256: hash.digest('hex') } : undefined),
  }
}

/** The sum of a whole file, read piece by piece. */
export async function checksum(input: InputFile): Promise<Checksum> {
  const hash = createHash('sha256')
  const size = Math.min(1 << 22, Math.max(1, input.size))
  const buffers = [new Uint8Array(size), new Uint8Array(size)]
  const begin = (position: number, buffer: Uint8Array) => {
    const part = buffer.subarray(0, Math.min(size, input.size - position))
    return { part, read: input.read(part, position) }
  }
  let next = input.size > 0 ? begin(0, buffers[0]!) : undefined
  for (let position = size, turn = 1; next; position += size, turn = 1 - turn) {
    const { part, read } = next
    await read
    // The next piece comes while the sum of this one is taken.
    next = position < input.size ? begin(position, buffers[turn]!) : undefined
    hash.update(part)
  }
  return { bytes: input.size, sha256: hash.digest('hex') }
}

export function sumOf(bytes: Uint8Array): Checksum {
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Opens a file, hands it to `use`, and closes it whatever happens. */
export async function withInput<T>(files: FileLayer, path: string, use: (input: InputFile) => Promise<T>): Promise<T> {
  const input = await files.open(path)
  try {
    return await use(input)
  } finally {
    await input.close()
  }
}

/** Creates a file, lets `fill` write it, makes its content durable and closes it. */
export async function withOutput<T>(
  files: FileLayer,
  path: string,
  fill: (output: OutputFile) => Promise<T>,
): Promise<T> {
  const output = await files.create(path)
  let result: T
  try {
    result = await fill(output)
    await output.sync()
  } catch (error) {
    // The first fault is the one worth telling.
    await output.close().catch(() => {})
    throw error
  }
  await output.close()
  return result
}

/** `withOutput`, and the sum of what was written. */
export function withSummedOutput(
  files: FileLayer,
  path: string,
  fill: (output: OutputFile) => Promise<void>,
): Promise<Checksum> {
  return withOutput(files, path, async file => {
    const { output, sum } = summedOutput(file)
    await fill(output)
    return sum()
  })
}
