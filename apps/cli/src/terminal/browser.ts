import { spawn } from 'node:child_process'
import type { Console } from './console.ts'

/** What opens an address with the program that the person has chosen for it. */
const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // `start` is a word of the shell; the empty text is the title that it takes a quoted address for.
  win32: ['cmd', '/c', 'start', ''],
}

/** Opens an address in the browser. Where that cannot be done nothing is lost: the address stands in the terminal. */
export function openBrowser(url: string, { env }: Pick<Console, 'env'>): void {
  const [command, ...before] = openers[process.platform] ?? ['xdg-open']
  if (process.platform === 'linux' && env.DISPLAY === undefined && env.WAYLAND_DISPLAY === undefined) return
  const opener = spawn(command, [...before, url], { stdio: 'ignore', detached: true })
  opener.on('error', () => {})
  opener.unref()
}
