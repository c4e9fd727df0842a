import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { formatBytes } from '@sluice/pipeline'
import { openPromise } from 'yauzl'
import type { Downloaded } from './download.ts'
import { stepError } from './step.ts'

/** Written into the folder last: the hashes of the wheels that it holds. */
const DONE = 'wheels.json'

/** Puts what is needed of the wheels side by side, as in Python's site-packages, unless it is there already. */
export async function unpackWheels(options: {
  readonly wheels: readonly Downloaded[]
  readonly site: string
  readonly tell: (text: string) => void
}): Promise<void> {
  const { wheels, site, tell } = options
  const hashes = JSON.stringify(wheels.map(({ sha256 }) => sha256))
  if ((await readFile(join(site, DONE), 'utf8').catch(() => undefined)) === hashes) return
  const partial = `${site}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  let bytes = 0
  for (const wheel of wheels) {
    try {
      const zip = await openPromise(wheel.path, { lazyEntries: true })
      for await (const entry of zip.eachEntry()) {
        if (!isNeeded(entry.fileName)) continue
        const path = join(partial, ...entry.fileName.split('/'))
        await mkdir(dirname(path), { recursive: true })
        // The upper half holds the file's mode on Unix: a few of NVIDIA's files are programs.
        const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644
        await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode }))
        bytes += entry.uncompressedSize
        tell(`${wheel.file}, ${formatBytes(bytes)}`)
      }
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      if (code === 'ENOSPC')
        throw stepError('unpack', `the disk is full at ${formatBytes(bytes)}`, 'free some and run it again', cause)
      const advice = `delete ${wheel.path} and run it again`
      throw stepError('unpack', `${wheel.file} cannot be unpacked: ${message}`, advice, cause)
    }
  }
  await writeFile(join(partial, DONE), hashes)
  await rm(site, { recursive: true, force: true })
  await rename(partial, site)
}

/** Headers that the C interface's own include; 13,000 others are for C++. */
const HEADERS =
  /^tensorflow\/include\/(?:tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/(?:c|platform))\/.*\.h$/

/** TensorFlow's libraries and headers, all of NVIDIA's but headers and Python, and everybody's licence. */
function isNeeded(name: string): boolean {
  if (name.endsWith('/')) return false
  if (/^tensorflow\/[^/]+$/.test(name)) return /\.so(?:\.\d+)*$|\.dylib$|NOTICES/.test(name)
  if (name.startsWith('nvidia/')) return !/\/include\/|\.pyc?$/.test(name)
  return HEADERS.test(name) || /\.dist-info\/(?:METADATA|.*LICENSE.*)$/i.test(name)
}
