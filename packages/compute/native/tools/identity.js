// Which sources an addon was made from, and whether it is whole. A build leaves the addon under a name of its own and then, by
// renaming, a stamp that names it, with its size and its hash: whoever finds a stamp that fits finds an addon that was built to
// the end. A library that is cut short can kill the process that loads it, so this is looked at before.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pid } from 'node:process'
import { fileURLToPath } from 'node:url'

/** The folder packages/compute/native. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
export const sources = join(root, 'src')
/** Where an ordinary build goes. */
export const buildFolder = join(root, 'build')

/** Sixteen digits that change with any of the C++ sources. The addon holds those of the sources it was made from. */
export function sourcesHash() {
  const hash = createHash('sha256')
  for (const file of readdirSync(sources, { recursive: true }).map(String).sort()) {
    if (!/\.(cc|h)$/.test(file)) continue
    // Neither the platform's separators nor its line ends make other sources.
    const text = readFileSync(join(sources, file), 'utf8').replaceAll('\r\n', '\n')
    hash.update(`${file.replaceAll('\\', '/')}:${text.length}:${text}`)
  }
  return hash.digest('hex').slice(0, 16)
}

/**
 * @typedef {{ key: string, file: string, bytes: number, sha256: string, sources: string, compiler: string, macros: string[] }} Stamp
 */

/** @returns {Stamp | undefined} */
export function readStamp(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'stamp.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** The addon in a folder of build.js, or why it cannot be used. */
export function findBuilt(folder = buildFolder) {
  const stamp = readStamp(folder)
  if (stamp === undefined) return { reason: 'its C++ kernels are not built' }
  if (typeof stamp.file !== 'string' || stamp.sources !== sourcesHash()) {
    return { reason: 'its C++ kernels were built from other sources than these' }
  }
  const path = join(folder, stamp.file)
  return isWhole(path, stamp) ? { path } : { reason: 'its C++ kernels were not built to the end' }
}

function isWhole(path, { bytes, sha256 }) {
  try {
    return statSync(path).size === bytes && hashOf(path) === sha256
  } catch {
    return false
  }
}

/** Takes over a linked addon: from then on findBuilt() finds it, and no earlier one. */
export function install(linked, folder, facts) {
  const file = `sluice-${facts.key.slice(0, 12)}.node`
  const stamp = { ...facts, file, bytes: statSync(linked).size, sha256: hashOf(linked) }
  const path = join(folder, file)
  try {
    renameSync(linked, path)
  } catch (cause) {
    // Windows does not replace a library that is loaded. If it is this very one, nothing is lost.
    if (!isWhole(path, stamp)) throw cause
  }
  const next = join(folder, `stamp-${pid}.json`)
  writeFileSync(next, `${JSON.stringify(stamp, null, 2)}\n`)
  renameSync(next, join(folder, 'stamp.json'))
  for (const name of readdirSync(folder)) {
    if (name === file || !/^sluice.*\.node$/.test(name)) continue
    try {
      rmSync(join(folder, name))
    } catch {
      // In use: the next build takes it away.
    }
  }
  return path
}

function hashOf(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
