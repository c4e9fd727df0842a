import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lastWords, type RunProgram } from './program.ts'
import { stepError } from './step.ts'

/** The package that TensorFlow's binding and its kernels for tfjs come from. */
export interface Binding {
  readonly name: string
  readonly version: string
  /** Of the published archive. */
  readonly integrity: string
}

export function bindingFor(gpu: boolean): Binding {
  return gpu
    ? {
        name: '@tensorflow/tfjs-node-gpu',
        version: '4.22.0',
        integrity: 'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
      }
    : {
        name: '@tensorflow/tfjs-node',
        version: '4.22.0',
        integrity: 'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
      }
}

/** What the package needs only to download and unpack a TensorFlow of its own. */
const UNUSED = ['@mapbox/node-pre-gyp', 'adm-zip', 'https-proxy-agent', 'progress', 'rimraf', 'tar']

/**
 * A project whose '@tensorflow/tfjs' is a file of ours that gives back the copy of tfjs of whoever loads it: so there is one registry of
 * kernels and one class of tensors in the process, and the cache serves every project. What only the package's own installation needs
 * is an empty package.
 */
const files: Readonly<Record<string, string>> = {
  'tfjs/package.json': JSON.stringify({ name: 'tfjs', version: '4.22.0', main: 'index.cjs' }),
  'tfjs/index.cjs': "module.exports = globalThis[Symbol.for('sluice.tfjs')]\n",
  'none/package.json': JSON.stringify({ name: 'none', version: '0.0.0' }),
}

/** Has npm fetch the binding's package into a folder, without running any script of it, unless it is there already. */
export async function installBinding(options: {
  readonly run: RunProgram
  readonly npm: Npm
  readonly binding: Binding
  readonly folder: string
}): Promise<void> {
  const { run, npm, binding, folder } = options
  if ((await installed(folder, binding)) === binding.integrity) return
  const partial = `${folder}.partial`
  await rm(partial, { recursive: true, force: true })
  const project = {
    private: true,
    dependencies: { [binding.name]: binding.version, '@tensorflow/tfjs-core': 'file:./tfjs' },
    overrides: {
      '@tensorflow/tfjs': 'file:./tfjs',
      ...Object.fromEntries(UNUSED.map(name => [name, 'file:./none'])),
    },
  }
  for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify(project, null, 2) })) {
    await mkdir(dirname(join(partial, name)), { recursive: true })
    await writeFile(join(partial, name), text)
  }
  const flags = [
    '--ignore-scripts',
    '--install-links',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ]
  const args = [...npm.prefix, 'install', '--prefix', partial, ...flags]
  const ended = await run(npm.program, args, { cwd: partial, env: npm.env })
  if (ended?.code !== 0) {
    const reason = ended ? lastWords(ended) : 'npm cannot be started'
    throw stepError(
      'npm',
      `${binding.name} ${binding.version} is not installed: ${reason}`,
      'see that npm reaches its registry',
    )
  }
  const integrity = await installed(partial, binding)
  if (integrity !== binding.integrity) {
    const what = `${binding.name} ${binding.version} is not the one that was published`
    const advice = 'see which registry npm is set to use'
    throw stepError('npm', `${what}: its hash is ${integrity ?? 'not known'}, not ${binding.integrity}`, advice)
  }
  await rm(folder, { recursive: true, force: true })
  await rename(partial, folder)
}

/** The hash of what npm put there, by npm's own record. */
async function installed(folder: string, { name }: Binding): Promise<string | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, 'node_modules', '.package-lock.json'), 'utf8'))
    return record.packages[`node_modules/${name}`]?.integrity
  } catch {
    return undefined
  }
}

/** How npm is called. */
export interface Npm {
  readonly program: string
  readonly prefix: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly description: string
}

/** npm as a program of Node's where we know its file: on Windows `npm` is a script of the shell's. */
export async function findNpm(run: RunProgram, env: Readonly<Record<string, string | undefined>>): Promise<Npm> {
  const beside = env.npm_execpath === undefined ? undefined : join(dirname(env.npm_execpath), 'npm-cli.js')
  const [program, prefix] =
    beside !== undefined && existsSync(beside) ? [process.execPath, [beside]] : (['npm', [] as string[]] as const)
  // What an npm that runs us tells its children would move the installation to its own project.
  const inherited = Object.keys(env).filter(name =>
    /^npm_config_(?:local_prefix|global|workspaces?|include_workspace_root)$/i.test(name),
  )
  const quiet = Object.fromEntries(inherited.map(name => [name, undefined]))
  const ended = await run(program, [...prefix, '--version'], { env: quiet })
  if (ended?.code !== 0) throw stepError('look', 'npm cannot be started', 'put the npm that came with Node on the path')
  return { program, prefix, env: quiet, description: `npm ${ended.stdout.trim()}` }
}
