import type { Setup } from './setup.ts'

/** Compiles the C++ kernels for this machine. */
export const setupNative: Setup<{ readonly force: boolean; readonly json: boolean }> = {
  describe: 'compile the C++ kernels',
  options: {
    force: { type: 'boolean', default: false, describe: 'Make it again even if it is there' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object' },
  },
  examples: [['$0 setup native', 'compiles the C++ kernels with c++, or with CXX=clang++']],
  async run({ force, json }, console) {
    const { buildNative } = await import('@sluice/compute')
    const { path, built, reason, advice, seconds, compiler } = await buildNative({ force })
    if (json) {
      const facts = { available: path !== undefined, built, reason, advice, seconds, compiler, path }
      console.stdout.write(`${JSON.stringify(facts)}\n`)
    } else if (path !== undefined) {
      const what = built ? `compiled in ${seconds.toFixed(0)} s by ${compiler}` : `nothing to do, ${reason}`
      console.stdout.write(`native: ${what}\n`)
    } else {
      console.stderr.write(`pipeline: native cannot be built: ${reason}${advice === undefined ? '' : `; ${advice}`}\n`)
    }
    return path === undefined ? 1 : 0
  },
}
