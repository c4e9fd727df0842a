// Compiles the addon with the system's C++ compiler against the npm package `node-api-headers`: no Python, no download.
//
//   node native/build.js              builds if needed; without a compiler says so in one line and exits 0
//   node native/build.js --require    exits 1 if there is no addon at the end
//   node native/build.js --force      builds even if nothing has changed
//
// CXX names another compiler, CXXFLAGS adds flags.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { arch, argv, env, exit, pid, platform, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const sources = join(root, 'src')

const flags = [
  '-std=c++17',
  '-O3',
  '-ffp-contract=off',
  '-fPIC',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  '-DNDEBUG',
  '-DNAPI_VERSION=8',
]
const avx512 = ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma']

/**
 * The units that are compiled once per instruction set, with the flags they need. Those with a `macro` are left out where the
 * compiler is too old for them.
 */
const instructionSets = {
  x64: {
    portable: { flags: [] },
    avx2: { flags: ['-mavx2', '-mfma'] },
    avx512: { flags: avx512 },
    avx512bf16: { flags: [...avx512, '-mavx512bf16'], macro: 'SLUICE_BUILD_AVX512BF16' },
    amx: { flags: [...avx512, '-mavx512bf16', '-mamx-tile', '-mamx-bf16'], macro: 'SLUICE_BUILD_AMX' },
  },
  arm64: { portable: { flags: [] }, neon: { flags: [] } },
}

/**
 * Builds the addon unless it is there already, made from these sources by this compiler.
 *
 * @param {{ force?: boolean, log?: (line: string) => void, output?: string }} [options] `output` is the folder it goes to
 * @returns {Promise<{ built: boolean, path?: string, reason: string, seconds: number }>} `path` is there if the addon is
 */
export async function buildNative({ force = false, log = () => {}, output = join(root, 'build') } = {}) {
  const addonPath = join(output, 'sluice.node')
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  const fail = reason => ({ built: false, reason, seconds: seconds() })
  if (platform === 'win32') return fail('it is not compiled on Windows yet')
  const compiler = env.CXX || 'c++'
  const version = await run(compiler, ['--version']).catch(() => undefined)
  if (version === undefined || version.code !== 0) return fail(`there is no C++ compiler (${compiler})`)
  let headers
  try {
    headers = join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include')
  } catch {
    return fail('the package node-api-headers is not installed')
  }
  const common = [...flags, ...(env.CXXFLAGS ?? '').split(/\s+/).filter(Boolean), `-I${headers}`]
  const key = keyOf(version.out, common, headers)
  const stamp = join(output, 'stamp.json')
  if (!force && existsSync(addonPath) && readKey(stamp) === key) {
    return { built: false, path: addonPath, reason: 'it is up to date', seconds: seconds() }
  }
  const work = join(output, `work-${pid}`)
  mkdirSync(work, { recursive: true })
  try {
    const compile = async (source, extra) => {
      const object = join(work, `${relative(sources, source).replaceAll(/[\\/]/g, '-')}.o`)
      const { code, out } = await run(compiler, [...common, ...extra, '-c', source, '-o', object])
      if (out.trim()) log(out.trim())
      return code === 0 ? object : undefined
    }
    const sets = Object.entries(instructionSets[arch] ?? { portable: { flags: [] } }).map(([name, set]) => ({
      name,
      ...set,
    }))
    const plain = [...files('core'), ...files('addon')].filter(file => !file.endsWith('cpu.cc'))
    // The slow ones first, so that no core waits for one at the end.
    const jobs = [
      ...sets.map(set => ({ source: join(sources, 'isa', `${set.name}.cc`), flags: set.flags, set })),
      ...plain.map(source => ({ source, flags: [] })),
    ]
    const objects = []
    const macros = []
    await inParallel(jobs, async job => {
      const object = await compile(job.source, job.flags)
      if (object) objects.push(object)
      else if (!job.set?.macro) throw new Error(`${relative(root, job.source)} does not compile`)
      if (object && job.set?.macro) macros.push(`-D${job.set.macro}`)
    })
    const cpu = await compile(join(sources, 'core', 'cpu.cc'), macros.sort())
    if (!cpu) throw new Error('src/core/cpu.cc does not compile')
    const linked = join(work, 'sluice.node')
    const link = platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-Wl,-z,nodelete']
    const { code, out } = await run(compiler, [...link, '-pthread', ...objects.sort(), cpu, '-o', linked])
    if (code !== 0) throw new Error(`it does not link: ${out.trim().split('\n')[0]}`)
    renameSync(linked, addonPath)
    writeFileSync(stamp, `${JSON.stringify({ key, compiler: version.out.split('\n')[0], macros }, null, 2)}\n`)
    const name = version.out.split('\n')[0]
    return { built: true, path: addonPath, reason: `compiled by ${name}`, compiler: name, seconds: seconds() }
  } catch (cause) {
    return fail(cause.message)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Everything the addon depends on. */
function keyOf(version, common, headers) {
  const hash = createHash('sha256')
  const add = text => hash.update(`${text.length}:${text}`)
  for (const text of [version, platform, arch, ...common, readFileSync(join(headers, '..', 'package.json'), 'utf8')])
    add(text)
  add(readFileSync(fileURLToPath(import.meta.url), 'utf8'))
  for (const file of readdirSync(sources, { recursive: true }).map(String).sort()) {
    if (!/\.(cc|h)$/.test(file)) continue
    add(file)
    add(readFileSync(join(sources, file), 'utf8'))
  }
  return hash.digest('hex')
}

function readKey(stamp) {
  try {
    return JSON.parse(readFileSync(stamp, 'utf8')).key
  } catch {
    return undefined
  }
}

function files(folder) {
  return readdirSync(join(sources, folder))
    .filter(name => name.endsWith('.cc'))
    .map(name => join(sources, folder, name))
}

/** The exit code and all output; rejects if the program cannot be started. */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    child.stdout.on('data', data => (out += data))
    child.stderr.on('data', data => (out += data))
    child.on('error', reject)
    child.on('close', code => resolve({ code, out }))
  })
}

/** Runs a task for each item, as many at a time as there are cores; all have ended when it returns or throws. */
async function inParallel(items, task) {
  const queue = [...items]
  let failed
  const worker = async () => {
    for (let item = queue.shift(); item && !failed; item = queue.shift()) {
      await task(item).catch(cause => {
        failed ??= cause
      })
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  if (failed) throw failed
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const result = await buildNative({ force: argv.includes('--force'), log: line => stdout.write(`${line}\n`) })
  if (result.built) stdout.write(`native backend: compiled in ${result.seconds.toFixed(0)} s\n`)
  else if (!result.path) stdout.write(`native backend: not built, ${result.reason}; wasm will be used instead\n`)
  exit(result.path || !argv.includes('--require') ? 0 : 1)
}
