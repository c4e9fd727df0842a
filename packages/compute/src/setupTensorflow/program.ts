import { spawn } from 'node:child_process'

/** What a program came to. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** Runs a program to its end. Undefined if there is none of that name. Tests pass their own. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  options?: ProgramOptions,
) => Promise<Ended | undefined>

export const runProgram: RunProgram = (program, args, { cwd, env = {}, signal } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = { stdout: '', stderr: '' }
    child.stdout.on('data', data => (ended.stdout += data))
    child.stderr.on('data', data => (ended.stderr += data))
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'EACCES') resolve(undefined)
      else reject(cause)
    })
    child.on('close', (code, killed) => resolve({ ...ended, code: code ?? (killed ? 1 : 0) }))
  })

/** The line that says most of why a program failed: its last error, else its last line. */
export function lastWords({ stdout, stderr }: Ended): string {
  const lines = `${stdout}\n${stderr}`
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const error = lines.findLast(line => /\berror\b|ERR!/i.test(line) && !/complete log of this run/i.test(line))
  return (error ?? lines.at(-1) ?? 'it said nothing').replace(/^(?:npm )?(?:ERROR|error|ERR!):?\s*/, '')
}
