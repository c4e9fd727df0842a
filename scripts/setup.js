// What `npm start` and `npm test` need before they can do their work, on a machine with Node and nothing else.
// Plain JavaScript over Node's own modules: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Ends the process with one clear line if this Node is too old. */
export function requireNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '')
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  process.stderr.write(
    `sluice needs Node ${wanted} or newer, this is ${process.versions.node}: install a current Node\n`,
  )
  process.exit(2)
}

/** Installs from the lockfile unless what is installed is what the lockfile says. `npm ci` builds as its last step. */
export function install() {
  const lockfile = join(root, 'package-lock.json')
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs) return
  say('installing from package-lock.json')
  npm(['ci', '--no-audit', '--no-fund'])
}

/** Runs npm as the person's own npm would run. */
export function npm(args) {
  const cli = process.env.npm_execpath
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []]
  run(command, [...first, ...args], { shell: command === 'npm' && process.platform === 'win32' })
}

/** Runs a script of an installed package with this Node: no shell, no `npx`, the same on every platform. */
export function tool(script, args, options = {}) {
  return spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    ...options,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...options.env },
  })
}

/** Runs a command that must succeed; otherwise ends this process with its exit code. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) process.stderr.write(`${command}: ${error.message}\n`)
  if (status !== 0) process.exit(status ?? 1)
}

export function say(text) {
  process.stdout.write(`sluice: ${text}\n`)
}
