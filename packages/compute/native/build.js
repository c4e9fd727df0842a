// Compiles the addon with the system's C++ compiler against the npm package `node-api-headers`: no Python, no download.
//
//   node native/build.js              builds if needed; without a compiler says so in one line and exits 0
//   node native/build.js --require    exits 1 if there is no addon at the end
//   node native/build.js --force      builds even if nothing has changed
//   node native/build.js --verbose    shows what the compiler says
//
// CXX names another compiler, CXXFLAGS adds flags.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { arch, argv, execPath, exit, pid, platform, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { compileFlags, findCompiler, findHeaders, instructionSets, linkFlags } from './tools/compiler.js'
import { buildFolder, findBuilt, install, readStamp, root, sources, sourcesHash } from './tools/identity.js'
import { inParallel, run } from './tools/run.js'

/**
 * Builds the addon unless it is there already, made from these sources by this compiler. Whatever goes wrong, an addon that was
 * there before stays as it was.
 *
 * @param {object} [options]
 * @param {boolean} [options.force] builds even if nothing has changed
 * @param {(text: string) => void} [options.log] takes what the compiler says
 * @param {string} [options.output] the folder it goes to
 * @param {(set: string) => string[]} [options.flagsOf] more flags for the kernels of one instruction set
 * @param {boolean} [options.portable] whether it is to run on other machines, with what they bring
 * @param {{ os: string, cpu: string }} [options.target] another platform, for a compiler that CXX tells to compile for it
 * @param {boolean} [options.trial] whether to load the addon once, in another process, before it is taken over
 * @returns {Promise<{ built: boolean, path?: string, reason: string, advice?: string, compiler?: string, leftOut?: string[],
 *   seconds: number }>} `path` is there if the addon is; `leftOut` names instruction sets that the compiler does not know
 */
export async function buildNative(options = {}) {
  const { force = false, log = () => {}, output = buildFolder, portable = false, target, trial = !target } = options
  const { flagsOf = () => [] } = options
  const start = performance.now()
  const end = facts => ({ ...facts, seconds: (performance.now() - start) / 1000 })
  const { os, cpu } = target ?? { os: platform, cpu: arch }
  const found = await findCompiler()
  if ('reason' in found) return end({ built: false, ...found })
  const compiler = found.version.split('\n')[0]
  const headers = findHeaders()
  if (headers === undefined) {
    return end({
      built: false,
      reason: 'the package node-api-headers is not installed',
      advice: 'run npm ci',
      compiler,
    })
  }
  const common = compileFlags({ os, headers, portable, version: found.version })
  const link = linkFlags({ os, portable })
  const key = keyOf([found.version, os, cpu, ...common, ...link], headers)
  const present = findBuilt(output)
  if (!force && present.path && readStamp(output)?.key === key) {
    return end({ built: false, path: present.path, reason: 'it is up to date', compiler })
  }
  const work = join(output, `work-${pid}`)
  try {
    mkdirSync(work, { recursive: true })
    removeLeftovers(output)
    const call = args => run(found.program, [...found.args, ...args])
    const { objects, macros, leftOut } = await compileAll({ call, common, flagsOf, cpu, work, log })
    const linked = join(work, 'sluice.node')
    const { code, out } = await call([...link, ...objects, '-o', linked])
    if (code !== 0) throw new Error(`the addon does not link: ${firstError(out)}`)
    if (trial) await tryToLoad(linked)
    const path = install(linked, output, { key, sources: sourcesHash(), compiler, macros })
    return end({ built: true, path, reason: `compiled by ${compiler}`, compiler, leftOut })
  } catch (cause) {
    const advice = 'another compiler may do: CXX=g++ or CXX=clang++'
    return end({ built: false, reason: cause.message, advice, compiler })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Every unit to an object file; those for instruction sets that the compiler does not know are left out. */
async function compileAll({ call, common, flagsOf, cpu, work, log }) {
  const compile = async (source, flags) => {
    const name = relative(sources, source).replaceAll(/[\\/]/g, '-')
    const object = join(work, `${name}.o`)
    const { code, out } = await call([...common, ...flags, '-c', source, '-o', object])
    if (out.trim()) log(out.trim())
    return code === 0 ? { object } : { error: firstError(out) }
  }
  const sets = Object.entries(instructionSets[cpu] ?? { portable: { flags: [] } })
  const plain = [...units('core'), ...units('addon')].filter(file => !file.endsWith('cpu.cc'))
  // The slow ones first, so that no core waits for one at the end.
  const jobs = [
    ...sets.map(([name, set]) => ({
      ...set,
      flags: [...set.flags, ...flagsOf(name)],
      name,
      source: join(sources, 'isa', `${name}.cc`),
    })),
    ...plain.map(source => ({ source, flags: [`-DSLUICE_SOURCES="${sourcesHash()}"`] })),
  ]
  const objects = []
  const macros = []
  const leftOut = []
  const need = (source, { object, error }) => {
    if (!object) throw new Error(`${relative(root, source)} does not compile: ${error}`)
    objects.push(object)
  }
  await inParallel(jobs, async ({ name, source, flags, macro }) => {
    const result = await compile(source, flags)
    if (macro && !result.object) return void leftOut.push(name)
    need(source, result)
    if (macro) macros.push(`-D${macro}`)
  })
  const chooser = join(sources, 'core', 'cpu.cc')
  need(chooser, await compile(chooser, macros.sort()))
  return { objects: objects.sort(), macros, leftOut }
}

/** In a process of its own: whatever it does there, it does not do to anybody else. */
async function tryToLoad(path) {
  const script = 'require(process.argv[1]).instructionSets()'
  const { code, signal, out } = await run(execPath, ['-e', script, path], { timeout: 30_000 })
  if (code !== 0) throw new Error(`the addon does not load: ${signal ?? firstError(out)}`)
}

/** Everything the addon depends on. */
function keyOf(texts, headers) {
  const hash = createHash('sha256')
  const own = fileURLToPath(import.meta.url)
  for (const text of [...texts, readFileSync(join(headers, '..', 'package.json'), 'utf8'), readFileSync(own, 'utf8')]) {
    hash.update(`${text.length}:${text}`)
  }
  return hash.update(sourcesHash()).digest('hex')
}

function units(folder) {
  return readdirSync(join(sources, folder))
    .filter(name => name.endsWith('.cc'))
    .map(name => join(sources, folder, name))
}

function firstError(out) {
  const lines = out.split('\n').map(line => line.trim())
  return lines.find(line => /error/i.test(line)) ?? lines.find(Boolean) ?? 'it says nothing'
}

/** Of builds that were ended from outside. */
function removeLeftovers(output) {
  const old = Date.now() - 3_600_000
  for (const name of readdirSync(output).filter(name => name.startsWith('work-'))) {
    const path = join(output, name)
    if (statSync(path, { throwIfNoEntry: false })?.mtimeMs < old) rmSync(path, { recursive: true, force: true })
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const log = argv.includes('--verbose') ? text => stdout.write(`${text}\n`) : undefined
  const { path, built, reason, advice, seconds } = await buildNative({ force: argv.includes('--force'), log })
  if (built) stdout.write(`native backend: compiled in ${seconds.toFixed(0)} s\n`)
  else if (!path)
    stdout.write(`native backend: not built, ${reason}; wasm will be used instead${advice ? ` (${advice})` : ''}\n`)
  exit(path || !argv.includes('--require') ? 0 : 1)
}
