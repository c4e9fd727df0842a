export {
  type DropoutRates,
  type Gpt2Config,
  type Gpt2Options,
  gpt2Config,
  gpt2Schema,
} from './config.ts'
export { countParameters, flopsPerToken, type ParameterCount } from './count.ts'
export { type MaskRandom, maskRandom } from './dropout.ts'
export { cachingDecoder } from './generation/cachingDecoder.ts'
export { type Decoder, type DecoderOptions, recomputingDecoder } from './generation/decoder.ts'
export { type GeneratedToken, type GenerateOptions, generate } from './generation/generate.ts'
export { logProbability, type SamplingOptions, sampleToken } from './generation/sampling.ts'
export { gpt2 } from './gpt2.ts'
export { type ParameterGroup, parameterGroup, parameterGroups } from './groups.ts'
export { gpt2HfConfig } from './hf/config.ts'
export { gpt2WeightsFromHf, modelFromHfConfig } from './hf/load.ts'
export { gpt2ConfigFromHf } from './hf/read-config.ts'
export { initialWeights } from './init.ts'
export { type ModelBuildContext, modelKinds } from './kinds.ts'
export { type TrainingMemory, trainingMemory } from './memory.ts'
export type { LanguageModel, LossOptions, TrainingBatch } from './model.ts'
export { type ParameterSpec, parameterSpecs } from './parameters.ts'
export { assignWeights } from './variables.ts'
