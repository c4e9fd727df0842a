import type { NativeBuild } from '@sluice/compute'
import { SluiceError } from '@sluice/pipeline'
import type { Setup } from './setup.ts'

/** Compiles the C++ kernels for this machine. */
export const setupNative: Setup<{ readonly force: boolean; readonly json: boolean }> = {
  describe: 'compile the C++ kernels',
  options: {
    force: { type: 'boolean', default: false, describe: 'Make it again even if it is there' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object' },
  },
  examples: [
    ['$0 setup native', 'compiles the C++ kernels, with c++'],
    ['CXX=clang++ $0 setup native --force', 'with another compiler'],
  ],
  async run({ force, json }, console) {
    const { backendReports, buildNative } = await import('@sluice/compute')
    const { isTTY } = console.stderr
    if (isTTY) console.stderr.write('compiling the C++ kernels, about a minute …')
    const build = await buildNative({ force })
    if (isTTY) console.stderr.write('\r\x1b[K')
    const report = (await backendReports()).find(({ name }) => name === 'native')!
    const available = build.path !== undefined && report.available
    if (json) {
      console.stdout.write(`${JSON.stringify({ available, ...build, backend: report })}\n`)
      return available ? 0 : 1
    }
    if (build.path === undefined) throw new SluiceError(`native cannot be built: ${build.reason}`, adviceOf(build))
    if (!available)
      throw new SluiceError(`native: ${done(build)}, but it cannot be used: ${report.reason}`, adviceOf(report))
    console.stdout.write(`native: ${done(build)}: ${report.reason}\n`)
    return 0
  },
}

/** What was done, in a few words. */
export function done({ built, reason, seconds, compiler, leftOut = [] }: NativeBuild): string {
  if (!built) return `nothing to do, ${reason}`
  const without = leftOut.length > 0 ? `, without ${leftOut.join(' and ')}, which it does not know` : ''
  return `compiled in ${seconds.toFixed(0)} s by ${compiler}${without}`
}

function adviceOf({ advice }: { readonly advice?: string }): { advice?: string } {
  return advice === undefined ? {} : { advice }
}
