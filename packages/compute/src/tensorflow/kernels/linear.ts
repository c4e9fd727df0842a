import type { LinearKernel } from '../../ops/kernels.ts'
import * as o from '../program/ops.ts'
import type { Programs } from '../program/programs.ts'
import { activate } from './activation.ts'
import { product } from './product.ts'

/** `saved`: twice the slope of the activation, where there is one. */
export function linearKernel(programs: Programs): LinearKernel {
  return {
    addsResidual: true,
    activations: ['gelu_new', 'gelu'],
    forward({ x, w, b, activation, residual, keep }) {
      const operands = [x, w, ...(b ? [b] : []), ...(residual ? [residual] : [])]
      const name = `linear ${b ? 'bias' : ''} ${activation} ${residual ? 'residual' : ''} ${keep}`
      const [value, ...saved] = programs.run(name, operands, (p, x, w, ...rest) => {
        const bias = b ? rest.shift()! : null
        // Of an activation's operand the half is wanted, and the weights are the smallest that can be halved.
        const half = (value: typeof w) => (activation ? o.mul(p, value, 0.5) : value)
        const xw = product(p, x!, half(w!), programs.product)
        const z = bias ? o.biasAdd(p, xw, half(bias)) : xw
        const activated = activation ? activate(p, z, activation) : null
        const y = activated?.y ?? z
        return [residual ? o.add(p, rest[0]!, y) : y, ...(activated && activation && keep ? [activated.slope()] : [])]
      })
      return { value: value!, saved }
    },
    backward({ dy, x, w, saved, bias, activation }) {
      const name = `linear backward ${activation !== null} ${bias}`
      const [dx, dw, db] = programs.run(name, [dy, x, w, ...saved], (p, dy, x, w, slope) => {
        const half = (value: typeof w) => (activation ? o.mul(p, value!, 0.5) : value!)
        const dz = activation ? o.mul(p, dy!, slope!) : dy!
        return [
          product(p, dz, half(w), programs.product, { transposeB: true }),
          product(p, half(x), dz, programs.product, { transposeA: true }),
          ...(bias ? [half(o.columnSums(p, dz))] : []),
        ]
      })
      return { dx: dx!, dw: dw!, db: db ?? null }
    },
  }
}
