import { createRequire } from 'node:module'
import { join } from 'node:path'
import { tf } from '../../tf.ts'
import type { TensorflowBackend } from './engine.ts'
import { restoreUtil } from './restoreUtil.ts'

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

/** A tfjs-node that the user has installed beside the project, loaded; or why it does not load. */
export type UserPackage =
  | { readonly name: string; readonly backend: TensorflowBackend }
  | { readonly failures: readonly string[] }

/** Looks in the folder that the process was started in: the packages are the user's choice, not our dependency. */
export function loadUserPackage(): UserPackage {
  const require = createRequire(join(process.cwd(), 'package.json'))
  const failures: string[] = []
  for (const name of PACKAGES) {
    let path: string
    try {
      path = require.resolve(name)
    } catch {
      continue
    }
    try {
      restoreUtil()
      require(path)
      const backend = tf.findBackend('tensorflow') as TensorflowBackend | null
      if (!backend) throw new Error('it registered no backend')
      return { name, backend }
    } catch (cause) {
      failures.push(`${name} does not load: ${(cause as Error).message.split('\n')[0]}`)
    }
  }
  return { failures }
}
