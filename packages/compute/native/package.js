// Packages of the compiled addon, one per platform, so that whoever installs @sluice/compute needs no compiler.
//
//   node native/package.js make FOLDER        compiles for any machine of this platform and writes the package to FOLDER/<name>
//   node native/package.js depend [FILE]      names all of them, of this very version, in the optionalDependencies of a
//                                             package.json (default: this package's); for publishing only, never committed:
//                                             before they are published, npm ci could not install them
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arch, argv, exit, platform, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildNative } from './build.js'
import { findBuilt, readStamp, root } from './tools/identity.js'

/** The platforms that packages are published for. */
export const platforms = [
  { os: 'linux', cpu: 'x64' },
  { os: 'linux', cpu: 'arm64' },
  { os: 'darwin', cpu: 'arm64' },
  { os: 'win32', cpu: 'x64' },
]

const ownFile = join(root, '..', 'package.json')
const licence = join(root, '..', '..', '..', 'LICENSE')

/** As find.ts looks it up. */
export function packageName({ os, cpu }) {
  return `@sluice/compute-native-${os}-${cpu}`
}

/**
 * Writes the package of an addon that has been built.
 *
 * @param {{ from: string, into: string, os?: string, cpu?: string }} options `from`: the folder that build.js wrote to; `into`:
 *   the package's folder
 * @returns {string} the package's name
 */
export function writePackage({ from, into, os = platform, cpu = arch }) {
  const built = findBuilt(from)
  if (!built.path) throw new Error(`${from}: no addon to pack, ${built.reason}; run native/build.js first`)
  const own = readJson(ownFile)
  const name = packageName({ os, cpu })
  mkdirSync(into, { recursive: true })
  copyFileSync(built.path, join(into, 'sluice.node'))
  copyFileSync(licence, join(into, 'LICENSE'))
  writeJson(join(into, 'stamp.json'), { ...readStamp(from), file: 'sluice.node' })
  writeJson(join(into, 'package.json'), {
    name,
    version: own.version,
    description: `The C++ kernels of @sluice/compute, compiled for ${os} ${cpu}`,
    license: own.license,
    main: 'sluice.node',
    files: ['sluice.node', 'stamp.json'],
    os: [os],
    cpu: [cpu],
    // Compiled against glibc; where libc is musl, build.js compiles at install.
    ...(os === 'linux' ? { libc: ['glibc'] } : {}),
    engines: own.engines,
    preferUnplugged: true,
  })
  writeFileSync(
    join(into, 'README.md'),
    `# ${name}\n\nThe C++ kernels of \`@sluice/compute\` ${own.version}, compiled for ${os} ${cpu}. npm installs it where it fits; it is of no use\nwithout that very version of \`@sluice/compute\`, which compiles the same sources itself where there is no such package.\n`,
  )
  return name
}

/** Names the packages of all platforms in a manifest, in the version of that manifest. */
export function addOptionalDependencies(file = ownFile) {
  const manifest = readJson(file)
  const optional = Object.fromEntries(platforms.map(target => [packageName(target), manifest.version]))
  manifest.optionalDependencies = { ...manifest.optionalDependencies, ...optional }
  writeJson(file, manifest)
}

/** Apart from the ordinary build: this one must run on machines that bring an older C++ library, or none. */
async function make(folder) {
  const output = mkdtempSync(join(tmpdir(), 'sluice-package-'))
  try {
    const { path, reason, leftOut } = await buildNative({ output, portable: true })
    if (!path) throw new Error(`not built: ${reason}`)
    if (leftOut?.length) throw new Error(`this compiler does not know ${leftOut.join(', ')}: a package must have all`)
    return writePackage({ from: output, into: join(folder, packageName({ os: platform, cpu: arch })) })
  } finally {
    rmSync(output, { recursive: true, force: true })
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [task, place] = argv.slice(2)
  if (task === 'make' && place) stdout.write(`${await make(place)}\n`)
  else if (task === 'depend') addOptionalDependencies(place)
  else {
    stdout.write('usage: node native/package.js make FOLDER | depend [package.json]\n')
    exit(2)
  }
}
