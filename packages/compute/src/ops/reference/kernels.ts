import type { Kernels } from '../kernels.ts'
import { adamW } from './adamW.ts'
import { attention } from './attention.ts'
import { crossEntropy } from './crossEntropy.ts'
import { decoder } from './decoder.ts'
import { dropout } from './dropout.ts'
import { embedding } from './embedding.ts'
import { gatedSilu } from './gatedSilu.ts'
import { gelu } from './gelu.ts'
import { layerNorm } from './layerNorm.ts'
import { linear } from './linear.ts'
import { rmsNorm } from './rmsNorm.ts'
import { rotaryHeads } from './rotaryHeads.ts'
import { squaredNorms } from './squaredNorms.ts'

/** Every operation composed of tfjs ops: right on any backend, and what the others are tested against. */
export const referenceKernels: Kernels = {
  linear,
  layerNorm,
  rmsNorm,
  gatedSilu,
  rotaryHeads,
  attention,
  embedding,
  crossEntropy,
  dropout,
  gelu,
  adamW,
  squaredNorms,
  decoder,
}
