import type { NativeEngine } from '../backends/native.ts'

/** The embedded C++ engine, if it has been built for this machine. */
export async function loadNative(): Promise<NativeEngine> {
  return {
    available: false,
    reason: 'its C++ kernels are not built',
    register() {
      throw new Error('the native backend is not built')
    },
  }
}
