import type { TensorflowEngine } from '../backends/tensorflow/engine.ts'
import type { Kernels } from '../ops/kernels.ts'
import { attentionKernel } from './kernels/attention.ts'
import { crossEntropyKernel } from './kernels/crossEntropy.ts'
import { decoderKernel } from './kernels/decoder.ts'
import { dropoutKernel } from './kernels/dropout.ts'
import { embeddingKernel } from './kernels/embedding.ts'
import { geluKernel } from './kernels/gelu.ts'
import { layerNormKernel } from './kernels/layerNorm.ts'
import { linearKernel } from './kernels/linear.ts'
import { adamWKernel, squaredNormsKernel } from './kernels/optimizer.ts'
import { Programs } from './program/programs.ts'

/** Our operations as programs of few, large operations of TensorFlow. */
export function tensorflowKernels(engine: TensorflowEngine): Partial<Kernels> {
  const programs = new Programs(engine)
  return {
    linear: linearKernel(programs),
    layerNorm: layerNormKernel(programs),
    attention: attentionKernel(programs),
    embedding: embeddingKernel(programs),
    crossEntropy: crossEntropyKernel(programs),
    dropout: dropoutKernel(programs),
    gelu: geluKernel(programs),
    adamW: adamWKernel(programs),
    decoder: decoderKernel(programs),
    squaredNorms: squaredNormsKernel(programs),
  }
}
