import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Layout } from '../backends/tensorflow/layout.ts'
import type { Machine } from './platform.ts'
import { lastWords, type RunProgram } from './program.ts'
import { stepError } from './step.ts'

/** Our own C++ that is compiled with it; the same path from src and from dist. */
const OURS = fileURLToPath(new URL('../../tensorflow', import.meta.url))

export interface Compiler {
  readonly program: string
  /** Its first line about itself. */
  readonly description: string
}

export async function findCompiler(
  run: RunProgram,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Compiler> {
  const program = env.CXX || 'c++'
  const ended = await run(program, ['--version'])
  if (ended?.code !== 0) {
    const advice = 'install g++ or clang (on macOS: xcode-select --install), or name one in CXX'
    throw stepError('look', `there is no C++ compiler (${program})`, advice)
  }
  return { program, description: ended.stdout.split('\n')[0]!.trim() }
}

/**
 * Compiles tfjs-node's binding against TensorFlow's C interface and Node's, which is the same for every version of Node: with the
 * system's compiler alone, as node-gyp would download headers. Unless it is there already, made of the same.
 */
export async function buildBinding(options: {
  readonly run: RunProgram
  readonly compiler: Compiler
  readonly layout: Layout
  /** The package of npm that the sources are in. */
  readonly packageName: string
  readonly machine: Machine
}): Promise<void> {
  const { run, compiler, layout, packageName, machine } = options
  const sources = join(layout.node, 'node_modules', packageName, 'binding')
  const folder = dirname(layout.binding)
  const commands = commandsFor({ layout, sources, work: `${folder}.partial`, machine })
  const key = await keyOf([sources, OURS], [compiler.description, layout.folder, JSON.stringify(commands)])
  if ((await readFile(join(folder, 'key'), 'utf8').catch(() => undefined)) === key) return
  await rm(`${folder}.partial`, { recursive: true, force: true })
  await mkdir(`${folder}.partial`, { recursive: true })
  for (const args of commands) {
    const ended = await run(compiler.program, args)
    if (ended?.code !== 0) {
      const reason = ended ? (firstError(ended.stderr) ?? lastWords(ended)) : 'the compiler cannot be started'
      const advice = 'it needs C++17: g++ 9 or clang 9; CXX names another compiler'
      throw stepError('build', `the binding does not compile: ${reason}`, advice)
    }
  }
  await writeFile(join(`${folder}.partial`, 'key'), key)
  await rm(folder, { recursive: true, force: true })
  await rename(`${folder}.partial`, folder)
}

function commandsFor(options: { layout: Layout; sources: string; work: string; machine: Machine }): string[][] {
  const { layout, sources, work, machine } = options
  const headers = join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include')
  const mac = machine.startsWith('darwin-')
  const shared = mac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']
  const common = ['-O2', '-std=c++17', '-fPIC', '-w', '-DNAPI_VERSION=8', `-I${headers}`, ...shared]
  const libraries = ['libtensorflow_cc', 'libtensorflow_framework'].map(name =>
    join(layout.site, 'tensorflow', mac ? `${name}.2.dylib` : `${name}.so.2`),
  )
  const binding = [
    ...[`-I${layout.include}`, '-include', join(OURS, 'context.h')],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map(file => join(sources, file)),
    ...[join(OURS, 'context.cc'), '-o', join(work, 'tfjs_binding.node'), ...libraries],
    // So that the folder can be moved.
    `-Wl,-rpath,${mac ? '@loader_path' : '$ORIGIN'}/../site/tensorflow`,
  ]
  const hush = [join(OURS, 'hush.cc'), '-o', join(work, 'hush.node')]
  return [hush, binding].map(args => [...common, ...args])
}

/** Everything that the result depends on. */
async function keyOf(folders: readonly string[], facts: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(facts))
  for (const folder of folders) {
    for (const file of (await readdir(folder)).sort()) {
      if (/\.(?:cc|h)$/.test(file)) hash.update(file).update(await readFile(join(folder, file)))
    }
  }
  return hash.digest('hex')
}

function firstError(said: string): string | undefined {
  return /^.*?:\d+:\d+: (?:fatal )?error: .*$/m.exec(said)?.[0]
}
