import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bindingFor } from '../npmProject.ts'
import type { Ended, RunProgram } from '../program.ts'
import { zip } from './zip.ts'

export const wheel = zip({
  'tensorflow/libtensorflow_cc.so.2': 'the library',
  'tensorflow/libtensorflow_framework.so.2': 'its framework',
  'tensorflow/include/tensorflow/c/c_api.h': 'a header',
  'tensorflow/include/external/llvm/a.h': 'not needed',
  'tensorflow/python/a.py': 'not needed',
  'tensorflow_cpu-2.21.0.dist-info/METADATA': 'Name: tensorflow_cpu',
})
export const sha256 = createHash('sha256').update(wheel).digest('hex')
export const FILE = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl'

export interface Fakes {
  readonly run: RunProgram
  /** What was run, in order, by its telling word. */
  readonly calls: string[]
}

const ok = (stdout = ''): Ended => ({ code: 0, stdout, stderr: '' })

/** Programs that do what pip, npm and a compiler do, on disk; `change` answers instead of them where it gives something. */
export function fakePrograms(change: Partial<Record<string, Ended | null | (() => Ended | undefined)>> = {}): Fakes {
  const calls: string[] = []
  const run: RunProgram = async (program, args, { cwd } = {}) => {
    const word = nameOf(program, args)
    calls.push(word)
    if (word in change) {
      const answer = change[word]
      const given = typeof answer === 'function' ? answer() : answer
      if (given === null) return undefined
      if (given !== undefined) return given
    }
    return real(word, args, cwd)
  }
  return { run, calls }
}

/** 'python3 download': the program and what is asked of it. */
function nameOf(program: string, args: readonly string[]): string {
  const action = args.find(arg => ['download', 'install', '--version'].includes(arg))
  return `${program.replace(/^.*[\\/]/, '')} ${action ?? 'compile'}`
}

function real(word: string, args: readonly string[], cwd: string | undefined): Ended | undefined {
  const after = (flag: string) => args[args.indexOf(flag) + 1]!
  switch (word) {
    case 'python3 --version':
      return ok('pip 25.0 from /usr/lib/python3/pip (python 3.12)\n')
    case 'npm --version':
      return ok('11.0.0\n')
    case 'c++ --version':
      return ok('g++ 12.2.0\nmore\n')
    case 'python3 install':
      writeFileSync(after('--report'), JSON.stringify(report()))
      return ok()
    case 'python3 download': {
      if (!readFileSync(after('-r'), 'utf8').includes(`--hash=sha256:${sha256}`))
        return { code: 1, stdout: '', stderr: 'ERROR: no hash' }
      writeFileSync(join(after('--dest'), FILE), wheel)
      return ok()
    }
    case 'npm install': {
      const { name, integrity } = bindingFor(false)
      mkdirSync(join(cwd!, 'node_modules', name, 'binding'), { recursive: true })
      writeFileSync(join(cwd!, 'node_modules', name, 'binding', 'tfjs_binding.cc'), '// the binding')
      const record = { packages: { [`node_modules/${name}`]: { integrity } } }
      writeFileSync(join(cwd!, 'node_modules', '.package-lock.json'), JSON.stringify(record))
      return ok()
    }
    case 'c++ compile':
      writeFileSync(after('-o'), 'a module')
      return ok()
    default:
      return undefined
  }
}

function report() {
  const entry = (name: string, version: string, file: string, hash: string) => ({
    metadata: { name, version },
    download_info: { url: `index:/packages/${file}`, archive_info: { hashes: { sha256: hash } } },
  })
  return { install: [entry('tensorflow_cpu', '2.21.0', FILE, sha256), entry('numpy', '2.0', 'numpy.whl', '00')] }
}
