// Runs the kernels' tests against an addon that is built in another way:
//
//   node native/check.js sanitize    with address and undefined-behaviour sanitizers: the kernels of TESTED, one written in
//                                    256-bit vectors, one in 512-bit vectors and pairs of bfloat16
//   node native/check.js tiles       with AMX tiles emulated in plain C++ (needs AVX512-BF16)
//
// What follows is passed to vitest.
import { execFileSync, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { argv, env, exit, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildNative } from './build.js'

const root = dirname(fileURLToPath(import.meta.url))
const [mode, ...rest] = argv.slice(2)

/** Compiled with the sanitizers. The algorithms are the same for all; portable.cc takes g++ many minutes with them. */
const TESTED = ['avx2', 'avx512bf16', 'neon']

const modes = {
  // -O1 keeps the vector code as it is and the reports readable; the addon is loaded into a node that knows nothing of this.
  sanitize: {
    flags: '-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1 -O1',
    flagsOf: set => (TESTED.includes(set) ? [] : ['-fno-sanitize=all', '-g0', '-O0']),
    env: () => ({
      SLUICE_TEST_ISA: TESTED.join(),
      LD_PRELOAD: ['libasan.so', 'libubsan.so'].map(libraryOf).join(' '),
      // Node does not free everything it allocates. New memory is all ones, NaN in any float: what is read before it is written shows.
      ASAN_OPTIONS: 'detect_leaks=0:max_malloc_fill_size=1073741824:malloc_fill_byte=255',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    }),
    vitest: ['--pool', 'threads', '--maxWorkers', '1', '--no-isolate'],
  },
  tiles: { flags: '-DSLUICE_EMULATE_TILES', env: () => ({ SLUICE_ISA: 'amx' }) },
}

/** The runtime library that belongs to the compiler. */
function libraryOf(name) {
  return execFileSync(env.CXX || 'c++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim()
}

const chosen = modes[mode]
if (!chosen) {
  stdout.write(`usage: node native/check.js ${Object.keys(modes).join(' | ')} [arguments of vitest]\n`)
  exit(2)
}
env.CXXFLAGS = `${env.CXXFLAGS ?? ''} ${chosen.flags}`
const { path, reason } = await buildNative({
  output: join(root, 'build', mode),
  flagsOf: chosen.flagsOf,
  log: text => stdout.write(`${text}\n`),
  trial: mode !== 'sanitize',
})
if (!path) {
  stdout.write(`not built: ${reason}\n`)
  exit(1)
}
const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')))
const { status } = spawnSync(
  process.execPath,
  [
    ...[vitest, 'run', '--root', '.', '--config', '../../vitest.config.ts', ...(chosen.vitest ?? [])],
    ...(rest.length > 0 ? rest : ['src/native']),
  ],
  { cwd: join(root, '..'), stdio: 'inherit', env: { ...env, ...chosen.env(), SLUICE_ADDON: path } },
)
exit(status ?? 1)
