import type { GeluKernel } from '../../ops/kernels.ts'
import * as o from '../program/ops.ts'
import type { Programs } from '../program/programs.ts'
import { activate } from './activation.ts'

export function geluKernel(programs: Programs): GeluKernel {
  return {
    forward({ x }) {
      const [y] = programs.run('gelu', [x], (p, x) => [activate(p, o.mul(p, x!, 0.5), 'gelu_new').y])
      return y!
    },
    backward({ dy, x }) {
      const [dx] = programs.run('gelu backward', [dy, x], (p, dy, x) => {
        const half = o.mul(p, x!, 0.5)
        return [o.mul(p, o.mul(p, dy!, 0.5), activate(p, half, 'gelu_new').slope())]
      })
      return dx!
    },
  }
}
