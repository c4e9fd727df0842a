import type { Kernels } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'
import { attentionKernel } from './attention.ts'
import { crossEntropyKernel } from './crossEntropy.ts'
import { decoderKernel } from './decoder.ts'
import { embeddingKernel } from './embedding.ts'
import { gatedSiluKernel, rmsNormKernel, rotaryHeadsKernel } from './gated.ts'
import { layerNormKernel } from './layerNorm.ts'
import { linearKernel } from './linear.ts'
import { adamWKernel, squaredNormsKernel } from './optimizer.ts'
import { dropoutKernel, geluKernel } from './pointwise.ts'

/** Our operations, computed by the addon. */
export function nativeKernels(backend: NativeBackend): Kernels {
  return {
    linear: linearKernel(backend),
    layerNorm: layerNormKernel(backend),
    rmsNorm: rmsNormKernel(backend),
    gatedSilu: gatedSiluKernel(backend),
    rotaryHeads: rotaryHeadsKernel(backend),
    attention: attentionKernel(backend),
    embedding: embeddingKernel(backend),
    crossEntropy: crossEntropyKernel(backend),
    dropout: dropoutKernel(backend),
    gelu: geluKernel(backend),
    adamW: adamWKernel(backend),
    squaredNorms: squaredNormsKernel(backend),
    decoder: decoderKernel(backend),
  }
}
