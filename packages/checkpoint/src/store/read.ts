import { join } from 'node:path'
import { type Cursor, DataError, type Json, type NamedTensor, type Snapshot, StateError } from '@sluice/pipeline'
import { checksum, summedInput, sumOf, withInput } from '../files/checksum.ts'
import type { FileLayer, InputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { getParquetWeights } from '../parquet/read.ts'
import { getSafetensors } from '../safetensors/read.ts'
import { doneSum, readText } from './list.ts'
import { type Manifest, parseManifest } from './manifest.ts'
import { fileNames, stageFile } from './names.ts'
import { parseState } from './state.ts'

/** A checkpoint in memory; as a `Snapshot` it is what the trainer resumes from. */
export interface Checkpoint extends Snapshot {
  readonly path: string
  readonly weights: Map<string, NamedTensor>
  /** Absent where the checkpoint holds weights only, or only those were asked for. */
  readonly optimizer?: Map<string, NamedTensor>
  /** Where every stage before the trainer starts again. */
  readonly cursor: Cursor
  /** What the run wrote beside: the sink's `state()`. */
  readonly state: Readonly<Record<string, Json>>
  /** Text of a further file: config.json, tokenizer.json … @throws StateError when the checkpoint has no such file */
  files(name: string): Promise<string>
  /** Path of what a stage saved, once it is known to be as it was written; undefined where the stage saved nothing. */
  stage(id: string): string | undefined
}

export interface ReadOptions {
  /**
   * - `all`: whatever is there (default)
   * - `weights`: not the optimizer's state
   * - `resume`: all of it; StateError where the optimizer's state is missing
   */
  part?: 'all' | 'weights' | 'resume'
  /** Default: the machine's own. */
  files?: FileLayer
}

/**
 * Reads the checkpoint in the directory of one step. Every file read is compared with its SHA-256 in the manifest before anything of
 * it is given out; for safetensors the sum is taken of what is being read.
 *
 * @throws StateError where there is no complete checkpoint, or one of another version, or one without what was asked for;
 *   DataError where a file is missing or damaged; StorageError where it cannot be read
 */
export async function readCheckpoint(
  path: string,
  { part = 'all', files = nodeFiles }: ReadOptions = {},
): Promise<Checkpoint> {
  const { manifest, names } = await openDirectory(path, files)
  const resumable = names.includes(fileNames.optimizer)
  if (part === 'resume' && !resumable) {
    throw new StateError('this checkpoint holds weights only, training cannot go on from it', {
      file: path,
      advice: 'resume from one that has optimizer.safetensors, or begin a new run with these weights',
    })
  }
  const read = <T>(name: string, use: (input: InputFile) => Promise<T>) => verified(path, name, manifest, files, use)
  const text = (name: string) => read(name, async input => (await wholeFile(input)).toString('utf8'))
  const { step, cursor, trainer, own } = parseState(await text(fileNames.state), join(path, fileNames.state))
  const weights = Object.hasOwn(manifest.files, fileNames.safetensors)
    ? (await read(fileNames.safetensors, getSafetensors)).tensors
    : await read(fileNames.parquet, getParquetWeights)
  const optimizer =
    resumable && part !== 'weights' ? (await read(fileNames.optimizer, getSafetensors)).tensors : undefined
  const stages = Object.keys(manifest.files).filter(name => /^stage\..*\.bin$/.test(name) && names.includes(name))
  if (part === 'resume') for (const name of stages) await read(name, async () => {})
  return {
    path,
    step,
    weights,
    ...(optimizer ? { optimizer } : {}),
    trainer,
    cursor,
    state: own,
    async files(name) {
      if (!Object.hasOwn(manifest.files, name)) {
        throw new StateError(`this checkpoint has no ${name}`, { file: path })
      }
      return text(name)
    },
    stage: id => (stages.includes(stageFile(id)) ? join(path, stageFile(id)) : undefined),
  }
}

/** Compares every file of a checkpoint with its sum. @throws as `readCheckpoint` */
export async function verifyCheckpoint(path: string, { files = nodeFiles }: { files?: FileLayer } = {}): Promise<void> {
  const { manifest, names } = await openDirectory(path, files)
  for (const [name, { optional }] of Object.entries(manifest.files)) {
    if (names.includes(name) || !optional) await verified(path, name, manifest, files, async () => {})
  }
}

export async function openDirectory(
  path: string,
  files: FileLayer,
): Promise<{ manifest: Manifest; names: readonly string[] }> {
  const names = await files.names(path)
  if (names.length === 0) throw new StateError('no checkpoint here', { file: path })
  const done = await doneSum(path, names, files)
  if (done === undefined) {
    throw new StateError('not a complete checkpoint: it has no DONE', {
      file: path,
      advice: 'its run ended while it was being written; use the one before it',
    })
  }
  const file = join(path, fileNames.manifest)
  if (!names.includes(fileNames.manifest)) throw missing(file)
  const text = await readText(file, files)
  if (sumOf(Buffer.from(text)).sha256 !== done) throw damaged(file, 'its SHA-256 is not the one in DONE')
  return { manifest: parseManifest(text, file), names }
}

/** What `use` makes of a file of the checkpoint, given out only if it is the one that was written. */
export async function verified<T>(
  path: string,
  name: string,
  manifest: Manifest,
  files: FileLayer,
  use: (input: InputFile) => Promise<T>,
): Promise<T> {
  const file = join(path, name)
  const expected = manifest.files[name]
  if (!expected || !(await files.names(path)).includes(name)) throw missing(file)
  return withInput(files, file, async input => {
    if (input.size !== expected.bytes) throw damaged(file, `expected ${expected.bytes} bytes, found ${input.size}`)
    const { input: summed, sum } = summedInput(input)
    const read = await use(summed).then(
      result => ({ result }),
      (fault: unknown) => ({ fault }),
    )
    // That it is another file than was written is the reason of whatever else is wrong with it.
    const { sha256 } = sum() ?? (await checksum(input))
    if (sha256 !== expected.sha256) throw damaged(file, 'its SHA-256 is not the one in manifest.json')
    if ('fault' in read) throw read.fault
    return read.result
  })
}

export async function wholeFile(input: InputFile): Promise<Buffer> {
  const bytes = Buffer.alloc(input.size)
  await input.read(bytes, 0)
  return bytes
}

const advice = 'the checkpoint cannot be used any more: delete its directory, and the one before it is the latest'

export function missing(file: string): DataError {
  return new DataError('the file is missing from the checkpoint', { file, advice })
}

export function damaged(file: string, message: string): DataError {
  return new DataError(`the file is damaged: ${message}`, { file, advice })
}
