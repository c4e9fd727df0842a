import type { GatedSiluKernel, RmsNormKernel, RotaryHeadsKernel, RotaryShape } from '../../ops/kernels.ts'
import type { RotaryArguments } from '../addon.ts'
import type { NativeBackend } from '../backend.ts'
import { normGradients } from './normGradients.ts'

/** `saved` is the reference's: 1 / root of the mean square of each row. */
export function rmsNormKernel(backend: NativeBackend): RmsNormKernel {
  const { addon, profile } = backend
  return {
    forward({ x, gamma, epsilon, keep }) {
      const [rows, width] = x.shape
      const y = backend.reals(rows * width)
      const rstd = keep ? backend.floats(rows) : null
      const values = backend.realsOf(x)
      profile.run('rmsNorm', 0, values.byteLength + y.byteLength, () =>
        addon.rmsNormForward(values, backend.floatsOf(gamma), y, rstd, rows, width, epsilon),
      )
      return { value: backend.tensor([rows, width], y), saved: rstd ? [backend.tensor([rows], rstd)] : [] }
    },
    backward({ dy, x, gamma, saved }) {
      const [rows, width] = x.shape
      const [gradient, values] = [backend.realsOf(dy), backend.realsOf(x)]
      const [weight, rstd] = [backend.floatsOf(gamma), backend.floatsOf(saved[0]!)]
      const { dx, dweights } = normGradients(backend, {
        name: 'rmsNorm backward',
        rows,
        width,
        weights: 1,
        reads: [gradient, values, weight, rstd],
        run(dx, [dgamma], onto) {
          addon.rmsNormBackward(gradient, values, weight, rstd, dx, dgamma!, rows, width, onto)
        },
      })
      return { dx, dgamma: dweights[0]! }
    },
  }
}

export function gatedSiluKernel(backend: NativeBackend): GatedSiluKernel {
  const { addon, profile } = backend
  return {
    forward({ x }) {
      const [rows, width] = [x.shape[0], x.shape[1] / 2]
      const values = backend.multipliedOf(x)
      const y = backend.reals(rows * width)
      profile.run('gatedSilu', 0, values.byteLength + y.byteLength, () =>
        addon.gatedSiluForward(values, y, rows, width),
      )
      return backend.tensor([rows, width], y)
    },
    backward({ dy, x }) {
      const [rows, width] = [x.shape[0], x.shape[1] / 2]
      const [gradient, values] = [backend.multipliedOf(dy), backend.multipliedOf(x)]
      const dx = backend.reals(rows * 2 * width)
      profile.run('gatedSilu backward', 0, gradient.byteLength + values.byteLength + dx.byteLength, () =>
        addon.gatedSiluBackward(gradient, values, dx, rows, width),
      )
      return backend.tensor([rows, 2 * width], dx)
    },
  }
}

export function rotaryHeadsKernel(backend: NativeBackend): RotaryHeadsKernel {
  const { addon, profile } = backend
  return {
    forward({ x, shape }) {
      const rows = x.shape[0]
      const width = 3 * shape.heads * shape.dim
      const values = backend.multipliedOf(x)
      const y = backend.reals(rows * width)
      profile.run('rotaryHeads', 0, values.byteLength + y.byteLength, () =>
        addon.rotaryHeadsForward(values, y, ...argumentsOf(shape)),
      )
      return backend.tensor([rows, width], y)
    },
    backward({ dy, shape }) {
      const rows = dy.shape[0]
      const width = (shape.heads + 2 * shape.groups) * shape.dim
      const gradient = backend.multipliedOf(dy)
      const dx = backend.reals(rows * width)
      profile.run('rotaryHeads backward', 0, gradient.byteLength + dx.byteLength, () =>
        addon.rotaryHeadsBackward(gradient, dx, ...argumentsOf(shape)),
      )
      return backend.tensor([rows, width], dx)
    },
  }
}

function argumentsOf({ heads, groups, dim, positions, cosines, sines }: RotaryShape): RotaryArguments {
  return [cosines, sines, positions, cosines.length / (dim / 2), positions.length, heads, groups, dim]
}
