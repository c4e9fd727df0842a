import type { Console, Interrupt, Output } from '../terminal/console.ts'

/** A console that keeps what is written to it. */
export interface TestConsole extends Console {
  readonly out: () => string
  readonly err: () => string
  /** Presses Ctrl-C. */
  interrupt(signal?: Interrupt): void
  /** Exit codes the process would have ended with at once. */
  readonly exits: readonly number[]
}

export function testConsole(options: { cwd: string; tty?: boolean; columns?: number }): TestConsole {
  const { cwd, tty = false, columns = 100 } = options
  const written = { out: '', err: '' }
  const listeners = new Set<(signal: Interrupt) => void>()
  const exits: number[] = []
  const output = (name: 'out' | 'err'): Output => ({
    write: text => {
      written[name] += text
    },
    isTTY: tty,
    columns,
  })
  return {
    stdout: output('out'),
    stderr: output('err'),
    cwd,
    env: {},
    onInterrupt(callback) {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
    exit: code => void exits.push(code),
    out: () => written.out,
    err: () => written.err,
    interrupt(signal = 'SIGINT') {
      for (const listener of [...listeners]) listener(signal)
    },
    exits,
  }
}
