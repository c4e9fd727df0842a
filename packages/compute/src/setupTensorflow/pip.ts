import type { RunProgram } from './program.ts'
import { stepError } from './step.ts'

/** A pip that can be called. */
export interface Pip {
  readonly program: string
  /** What comes before pip's own arguments. */
  readonly prefix: readonly string[]
  /** For people: 'pip 25.0 of /usr/bin/python3'. */
  readonly description: string
}

/** The first pip that can say what it would install, and with which hashes. */
const OLDEST = [22, 2] as const

/**
 * Finds Python with pip, or uv, which runs pip for us.
 *
 * @param python the interpreter to use. Default: the first of python3, python, py that has pip, else uv's
 */
export async function findPip(run: RunProgram, python?: string): Promise<Pip> {
  const candidates = python === undefined ? CANDIDATES : [{ program: python, prefix: ['-m', 'pip'] }]
  const tooOld: string[] = []
  for (const { program, prefix } of candidates) {
    const ended = await run(program, [...prefix, '--version'])
    const version = ended?.code === 0 ? /^pip (\d+)\.(\d+)\S*/.exec(ended.stdout) : null
    if (!version) continue
    const name = `${version[0]} of ${program}`
    if (Number(version[1]) * 100 + Number(version[2]) >= OLDEST[0] * 100 + OLDEST[1]) {
      return { program, prefix, description: name }
    }
    tooOld.push(name)
  }
  const advice = 'install Python with pip, or uv; --python names one that is not on the path'
  if (tooOld.length > 0) {
    throw stepError('look', `${tooOld.join(' and ')} is older than ${OLDEST.join('.')}`, `upgrade pip, or ${advice}`)
  }
  if (python !== undefined) throw stepError('look', `${python} is no Python with pip`, advice)
  throw stepError('look', 'there is neither a Python with pip (python3, python, py) nor uv', advice)
}

const CANDIDATES = [
  { program: 'python3', prefix: ['-m', 'pip'] },
  { program: 'python', prefix: ['-m', 'pip'] },
  { program: 'py', prefix: ['-m', 'pip'] },
  { program: 'uv', prefix: ['tool', 'run', '--quiet', 'pip'] },
]
