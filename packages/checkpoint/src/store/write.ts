import { dirname, join } from 'node:path'
import { ConfigError, type Cursor, type Json, type Snapshot, StorageError } from '@sluice/pipeline'
import { type Checksum, withSummedOutput } from '../files/checksum.ts'
import type { FileLayer, OutputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { putParquetWeights } from '../parquet/write.ts'
import { putSafetensors } from '../safetensors/write.ts'
import { doneSum, listCheckpoints } from './list.ts'
import { layoutVersion, type Manifest } from './manifest.ts'
import { fileNames, stageFile, stepName } from './names.ts'
import { stateText } from './state.ts'
import { discard } from './sweep.ts'

export type Format = 'safetensors' | 'parquet'

export interface CheckpointContent {
  readonly snapshot: Snapshot
  readonly cursor: Cursor
  /** Further entries of state.json. Default none. */
  readonly state?: Readonly<Record<string, Json>>
  /** What the weights are written as; one at least. */
  readonly formats: readonly Format[]
  /** Further files, by name: config.json, tokenizer.json … Default none. */
  readonly files?: ReadonlyMap<string, string | Uint8Array>
  /** What stages keep beside the cursor, by their ids. Default none. */
  readonly stages?: ReadonlyMap<string, Iterable<Uint8Array>>
}

export interface Written {
  readonly path: string
  /** Of all files together. */
  readonly bytes: number
}

/**
 * Writes one checkpoint into `dir/step-NNNNNN`: under a temporary name, each file flushed to the disk, renamed, and only
 * then marked DONE. A checkpoint of the same step counts until the new one is done. There is one writer at a time.
 *
 * @throws StorageError when the disk refuses: what was written before is whole, and the message says which that is
 */
export async function writeCheckpoint(
  dir: string,
  content: CheckpointContent,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<Written> {
  const name = stepName(content.snapshot.step)
  const temporary = join(dir, `${name}.tmp-${process.pid}`)
  checkNames(content)
  try {
    await files.makeDirectory(dir)
    await files.syncDirectory(dirname(dir))
    await files.remove(temporary)
    await files.makeDirectory(temporary)
    const { done, bytes } = await fill(temporary, content, files)
    await files.syncDirectory(temporary)
    const path = join(dir, name)
    await publish(dir, temporary, path, done, files)
    return { path, bytes }
  } catch (cause) {
    // Leaves the space to others; if this fails too, the next writer sweeps.
    await files.remove(temporary).catch(() => {})
    throw await explained(cause, dir, content.snapshot.step, files)
  }
}

function checkNames({ formats, files }: CheckpointContent): void {
  if (formats.length === 0) throw new ConfigError('expected at least one format of safetensors, parquet, found none')
  const taken: readonly string[] = Object.values(fileNames)
  for (const name of files?.keys() ?? []) {
    if (taken.includes(name) || !/^[\w-][\w.-]*$/.test(name)) {
      throw new ConfigError(`"${name}" cannot be the name of a file in a checkpoint`)
    }
  }
}

async function fill(
  at: string,
  content: CheckpointContent,
  files: FileLayer,
): Promise<{ done: string; bytes: number }> {
  const { snapshot, cursor, state = {}, formats } = content
  const manifest: Manifest = { version: layoutVersion, files: {} }
  let bytes = 0

  async function put(name: string, fill: (output: OutputFile, path: string) => Promise<unknown>): Promise<Checksum> {
    const path = join(at, name)
    const sum = await withSummedOutput(files, path, async output => void (await fill(output, path)))
    bytes += sum.bytes
    return sum
  }

  const { step, weights, optimizer, trainer } = snapshot
  if (formats.includes('safetensors')) {
    manifest.files[fileNames.safetensors] = await put(fileNames.safetensors, (output, path) =>
      putSafetensors(output, path, weights.values()),
    )
  }
  if (formats.includes('parquet')) {
    manifest.files[fileNames.parquet] = await put(fileNames.parquet, (output, path) =>
      putParquetWeights(output, path, weights.values()),
    )
  }
  if (optimizer) {
    const sum = await put(fileNames.optimizer, (output, path) => putSafetensors(output, path, optimizer.values()))
    manifest.files[fileNames.optimizer] = { ...sum, optional: true }
  }
  const text = stateText({ step, cursor, trainer, own: state }, join(at, fileNames.state))
  manifest.files[fileNames.state] = await put(fileNames.state, output => output.write(Buffer.from(text)))
  for (const [name, value] of content.files ?? []) {
    const data = typeof value === 'string' ? Buffer.from(value) : value
    manifest.files[name] = await put(name, output => output.write(data))
  }
  for (const [id, chunks] of content.stages ?? []) {
    const name = stageFile(id)
    const sum = await put(name, async output => {
      for (const chunk of chunks) await output.write(chunk)
    })
    manifest.files[name] = { ...sum, optional: true }
  }
  const list = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
  const { sha256 } = await put(fileNames.manifest, output => output.write(list))
  return { done: sha256, bytes }
}

/** From a complete directory under a temporary name to a checkpoint. Between any two lines, one of the step is complete. */
async function publish(dir: string, temporary: string, path: string, done: string, files: FileLayer): Promise<void> {
  const replaced = `${path}.replaced`
  const replaces = (await doneSum(path, await files.names(path), files)) !== undefined
  if (replaces) {
    await discard(replaced, files)
    await files.rename(path, replaced)
    await files.syncDirectory(dir)
  } else {
    await files.remove(path)
  }
  await files.rename(temporary, path)
  await files.syncDirectory(dir)
  await withSummedOutput(files, join(path, fileNames.done), output => output.write(Buffer.from(`${done}\n`)))
  await files.syncDirectory(path)
  if (replaces) await discard(replaced, files)
}

async function explained(cause: unknown, dir: string, step: number, files: FileLayer): Promise<unknown> {
  if (!(cause instanceof StorageError)) return cause
  const before = await listCheckpoints(dir, { files }).catch(() => [])
  const whole = before.findLast(checkpoint => checkpoint.step < step)
  const advice = [cause.advice, whole ? `${stepName(whole.step)} is whole` : 'there is no earlier one']
  return new StorageError(`the checkpoint of step ${step} could not be written: ${cause.message}`, {
    cause,
    advice: advice.filter(part => part !== undefined).join('; '),
    ...(cause.file === undefined ? {} : { file: cause.file }),
  })
}
