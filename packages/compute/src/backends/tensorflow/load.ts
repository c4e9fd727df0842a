import { createRequire } from 'node:module'
import { join } from 'node:path'
import { tf } from '../../tf.ts'
import type { TensorflowBackend, TensorflowBinding } from './engine.ts'
import type { SetupRecord } from './installation.ts'
import type { Layout } from './layout.ts'
import { restoreUtil } from './restoreUtil.ts'

/** What the cache folder's own '@tensorflow/tfjs' gives back: see ../../setupTensorflow/npmProject.ts. */
const OURS = Symbol.for('sluice.tfjs')

/**
 * Loads an installation into this process: tfjs-node's kernels and its backend, in our copy of tfjs. tfjs-node's own entry is gone
 * round: it looks for its binding through a package made for downloading it, and makes itself the backend at once.
 *
 * @throws whatever the system says of a library that does not load
 */
export function loadInstallation(layout: Layout, record: SetupRecord): TensorflowBackend {
  const require = createRequire(join(layout.node, 'package.json'))
  restoreUtil()
  const binding = quietly(require, layout, () => require(layout.binding) as TensorflowBinding)
  Object.assign(globalThis, { [OURS]: tf })
  require(`${record.npm.name}/dist/register_all_kernels.js`)
  const { NodeJSKernelBackend } = require(`${record.npm.name}/dist/nodejs_kernel_backend.js`)
  const backend: TensorflowBackend = new NodeJSKernelBackend(binding, record.npm.name)
  if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow')
  tf.registerBackend('tensorflow', () => backend, 3)
  return backend
}

/** What is said for information, before the log's level is read. */
const CHATTER = /^(?:WARNING: All log messages before absl::InitializeLog|I\d{4} )/

function quietly<T>(require: NodeJS.Require, layout: Layout, load: () => T): T {
  if (process.env.TF_CPP_MIN_LOG_LEVEL === '0') return load()
  const hush = require(layout.hush) as { begin(): void; end(): string }
  hush.begin()
  try {
    return load()
  } finally {
    const said = hush
      .end()
      .split(/(?<=\n)/)
      .filter(line => !CHATTER.test(line))
    if (said.length > 0) process.stderr.write(said.join(''))
  }
}
