import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '@sluice/pipeline'
import { hashOf } from './hash.ts'
import type { Pip } from './pip.ts'
import { lastWords, type RunProgram } from './program.ts'
import { stepError } from './step.ts'
import type { Resolved, Wheel } from './wheels.ts'

/** A wheel on disk. */
export interface Downloaded extends Wheel {
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

/**
 * Fetches the wheels that are not in the folder yet, one by one, so that what is done stays done. pip checks each against the hash that the
 * index gave; so do we, for those that were there already.
 *
 * @throws StorageError naming the wheel
 */
export async function downloadWheels(options: {
  readonly run: RunProgram
  readonly pip: Pip
  readonly resolved: Resolved
  readonly folder: string
  readonly tell: (text: string) => void
}): Promise<Downloaded[]> {
  const { run, pip, resolved, folder, tell } = options
  const { wheels, pipArguments } = resolved
  const temporary = join(folder, 'tmp')
  await mkdir(temporary, { recursive: true })
  const downloaded: Downloaded[] = []
  for (const [i, wheel] of wheels.entries()) {
    const path = join(folder, wheel.file)
    const label = wheels.length === 1 ? wheel.file : `${i + 1} of ${wheels.length}: ${wheel.file}`
    tell(label)
    let sha256 = await hashOf(path)
    if (sha256 === undefined || (wheel.sha256 !== undefined && sha256 !== wheel.sha256)) {
      await rm(path, { force: true })
      const requirements = join(folder, 'requirements.txt')
      await writeFile(
        requirements,
        `${wheel.name}==${wheel.version}${wheel.sha256 ? ` --hash=sha256:${wheel.sha256}` : ''}\n`,
      )
      const watch = setInterval(async () => tell(`${label}, ${formatBytes(await bytesIn(temporary))}`), 500)
      const args = ['download', '--no-deps', '--only-binary', ':all:', '--no-input', '--progress-bar', 'off']
      const hashes = wheel.sha256 ? ['--require-hashes'] : []
      const ended = await run(
        pip.program,
        [...pip.prefix, ...args, ...hashes, ...pipArguments, '--dest', folder, '-r', requirements],
        // Beside the wheels: the system's own folder for temporary files may be small, or memory.
        { env: { TMPDIR: temporary } },
      ).finally(() => clearInterval(watch))
      if (ended?.code !== 0) throw failed(wheel, ended ? lastWords(ended) : 'pip cannot be started')
      sha256 = await hashOf(path)
    }
    if (sha256 === undefined) throw failed(wheel, 'pip says it is done, and the file is not there')
    if (wheel.sha256 !== undefined && sha256 !== wheel.sha256) {
      throw failed(wheel, `its SHA-256 is ${sha256}, and the index says ${wheel.sha256}`)
    }
    downloaded.push({ ...wheel, path, sha256, bytes: (await stat(path)).size })
  }
  return downloaded
}

function failed({ file }: Wheel, reason: string): Error {
  return stepError('download', `${file}: ${reason}`, 'run it again: what has been downloaded is kept')
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).map(async entry =>
    entry.isFile() ? ((await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0) : 0,
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
