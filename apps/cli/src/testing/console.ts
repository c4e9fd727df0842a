import type { Console, Interrupt, Output } from '../terminal/console.ts'

/** A console that keeps what is written to it. */
export interface TestConsole extends Console {
  readonly out: () => string
  /** What of it was bytes. */
  readonly bytes: () => Buffer
  readonly err: () => string
  /** Presses Ctrl-C. */
  interrupt(signal?: Interrupt): void
  /** Exit codes the process would have ended with at once. */
  readonly exits: readonly number[]
}

export function testConsole(options: {
  cwd: string
  tty?: boolean
  columns?: number
  stdin?: Uint8Array
}): TestConsole {
  const { cwd, tty = false, columns = 100, stdin = new Uint8Array(0) } = options
  const written = { out: '', err: '' }
  const binary: Record<'out' | 'err', Uint8Array[]> = { out: [], err: [] }
  const listeners = new Set<(signal: Interrupt) => void>()
  const exits: number[] = []
  const output = (name: 'out' | 'err'): Output => ({
    write: text => {
      written[name] += text
    },
    writeBytes: async bytes => void binary[name].push(bytes.slice()),
    isTTY: tty,
    columns,
  })
  return {
    stdout: output('out'),
    stderr: output('err'),
    async *stdin() {
      // In pieces that end anywhere.
      for (let at = 0; at < stdin.length; at += 1000) yield stdin.subarray(at, at + 1000)
    },
    cwd,
    env: {},
    onInterrupt(callback) {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
    exit: code => void exits.push(code),
    out: () => written.out,
    bytes: () => Buffer.concat(binary.out),
    err: () => written.err,
    interrupt(signal = 'SIGINT') {
      for (const listener of [...listeners]) listener(signal)
    },
    exits,
  }
}
