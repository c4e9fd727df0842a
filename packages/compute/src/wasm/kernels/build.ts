import { f32x4, WasmModule } from '@sluice/wasm'
import { addAdamW } from './adamW.ts'
import { addAttention } from './attention.ts'
import { addColumnSums } from './columnSums.ts'
import { addCrossEntropyRows } from './crossEntropyRows.ts'
import { addGelu } from './gelu.ts'
import { addGemm } from './gemm.ts'
import { addLayerNorm } from './layerNorm.ts'
import type { Madd } from './microKernel.ts'
import { addPhilox } from './philox.ts'
import { addProduct } from './product.ts'
import { addProbabilityRow, addSoftmaxRow } from './softmax.ts'
import { addSquaredNorm } from './squaredNorm.ts'
import { addVectorProducts } from './vectorProduct.ts'

/** Two roundings, as all WebAssembly with SIMD has it. */
const separate: Madd = (a, b, c) => f32x4.add(f32x4.mul(a, b), c)

/**
 * The module of all our kernels.
 *
 * @param options.shared whether the memory is one for threads
 * @param options.relaxed whether a multiplication and an addition may be one instruction (relaxed SIMD; Node 22 and later)
 */
export function buildKernels(options: { shared: boolean; relaxed: boolean }): Uint8Array<ArrayBuffer> {
  const madd = options.relaxed ? f32x4.relaxedMadd : separate
  const module = new WasmModule()
  const gemm = addGemm(module, madd)
  const dropoutFactors = addPhilox(module)
  const softmaxRow = addSoftmaxRow(module, madd)
  const probabilityRow = addProbabilityRow(module, madd)
  addProduct(module, madd, gemm)
  addAttention(module, madd, { gemm, dropoutFactors, softmaxRow, probabilityRow })
  addCrossEntropyRows(module, softmaxRow)
  addGelu(module, madd)
  addLayerNorm(module, madd)
  addColumnSums(module)
  addAdamW(module, madd)
  addSquaredNorm(module)
  addVectorProducts(module, madd)
  return module.binary({ shared: options.shared })
}
