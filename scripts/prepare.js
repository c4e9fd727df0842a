// npm runs this as the root's `prepare`, so that `npm ci` alone leaves a working `npx pipeline`: it compiles the native
// kernels where there is a C++ compiler (one line says so where there is none), then builds every package.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, tool } from './setup.js'

// An install without development dependencies has nothing to build with, and nothing to build.
if (existsSync(join(root, 'node_modules', 'turbo'))) {
  run(process.execPath, [join(root, 'packages', 'compute', 'native', 'build.js')])
  const { status } = tool('turbo/bin/turbo', ['run', 'build', '--output-logs=errors-only'])
  process.exitCode = status ?? 1
}
