import type { EmbeddingKernel } from '../../ops/kernels.ts'
import * as o from '../program/ops.ts'
import type { Programs } from '../program/programs.ts'

export function embeddingKernel(programs: Programs): EmbeddingKernel {
  return {
    forward({ table, ids }) {
      const operands = [table, { values: ids, shape: [ids.length] }]
      const [y] = programs.run('embedding', operands, (p, table, ids) => [o.gather(p, table!, ids!)])
      return y!
    },
    backward({ dy, ids, shape: [rows] }) {
      const operands = [dy, { values: ids, shape: [ids.length] }]
      const [sums] = programs.run(`embedding backward ${rows}`, operands, (p, dy, ids) => [
        o.sumByIds(p, dy!, ids!, rows),
      ])
      return sums!
    },
  }
}
