import { stepError } from './step.ts'

/** A machine, as Node names it: 'linux-x64'. */
export type Machine = `${NodeJS.Platform}-${string}`

/** @throws StorageError where nothing can be set up, with what there is instead */
export function requireMachine(machine: Machine, gpu: boolean): void {
  if (machine.startsWith('win32-')) {
    const advice =
      'use WSL 2, or run "npm install @tensorflow/tfjs-node" in the folder you run from, which brings TensorFlow 2.9 for the CPU'
    throw stepError('look', 'its binding is not compiled on Windows', advice)
  }
  if (!['linux-x64', 'linux-arm64', 'darwin-arm64'].includes(machine)) {
    throw stepError('look', `TensorFlow has no libraries for ${machine}`, '"auto" takes the best of the other backends')
  }
  if (gpu && machine !== 'linux-x64') {
    throw stepError(
      'look',
      `TensorFlow has GPU libraries for linux-x64 only, and this is ${machine}`,
      'leave out --gpu',
    )
  }
}
