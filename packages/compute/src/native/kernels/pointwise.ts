import type { DropoutKernel, GeluKernel } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'
import { UNARY } from '../functions.ts'
import { randomWords } from './random.ts'

export function dropoutKernel(backend: NativeBackend): DropoutKernel {
  const { addon, profile } = backend
  return ({ x, dropout }) => {
    const values = backend.realsOf(x)
    const y = values instanceof Uint16Array ? backend.reals(x.size) : backend.floats(x.size)
    profile.run('dropout', 0, values.byteLength + y.byteLength, () =>
      addon.dropout(values, y, x.size, dropout.rate, randomWords(dropout)),
    )
    return backend.tensor(x.shape, y)
  }
}

export function geluKernel(backend: NativeBackend): GeluKernel {
  const { addon, profile } = backend
  return {
    forward({ x }) {
      const values = backend.floatsOf(x)
      const y = backend.floats(x.size)
      profile.run('gelu', 0, 2 * y.byteLength, () => addon.unary(UNARY.gelu, values, y, x.size))
      return backend.tensor(x.shape, y)
    },
    backward({ dy, x }) {
      const dx = backend.floats(x.size)
      profile.run('gelu backward', 0, 3 * dx.byteLength, () =>
        addon.geluBackward(backend.floatsOf(dy), backend.floatsOf(x), dx, x.size),
      )
      return backend.tensor(x.shape, dx)
    },
  }
}
