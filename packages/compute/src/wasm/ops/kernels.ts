import type { Kernels } from '../../ops/kernels.ts'
import type { Heap } from '../engine/heap.ts'
import { adamWKernel, squaredNormsKernel } from './adamW.ts'
import { attentionKernel } from './attention.ts'
import { crossEntropyKernel } from './crossEntropy.ts'
import { decoderKernel } from './decoder.ts'
import { dropoutKernel } from './dropout.ts'
import { embeddingKernel } from './embedding.ts'
import { geluKernel } from './gelu.ts'
import { layerNormKernel } from './layerNorm.ts'
import { linearKernel } from './linear.ts'

/** Our operations, computed by our own WebAssembly in the memory of tfjs's wasm backend. */
export function wasmKernels(heap: Heap): Partial<Kernels> {
  return {
    linear: linearKernel(heap),
    layerNorm: layerNormKernel(heap),
    attention: attentionKernel(heap),
    embedding: embeddingKernel(heap),
    crossEntropy: crossEntropyKernel(heap),
    dropout: dropoutKernel(heap),
    gelu: geluKernel(heap),
    adamW: adamWKernel(heap),
    squaredNorms: squaredNormsKernel(heap),
    decoder: decoderKernel(heap),
  }
}
