export { type BertModel, bert } from './bert/bert.ts'
export { type BertConfig, type BertOptions, bertConfig, bertSchema } from './bert/config.ts'
export { bertFromHf } from './bert/hf.ts'
export { bertShape } from './bert/parameters.ts'
export { countParameters, flopsPerToken, type ParameterCount } from './count.ts'
export { type MaskRandom, maskRandom } from './dropout.ts'
export { type BatchToken, type GenerateBatchOptions, generateBatch } from './generation/batch.ts'
export { type Decoder, type DecoderOptions, type RowContext, recomputingDecoder } from './generation/decoder.ts'
export { type GeneratedToken, type GenerateOptions, generate } from './generation/generate.ts'
export {
  checkSampling,
  logProbability,
  penalized,
  type SamplingOptions,
  sampleToken,
  samplingProbabilities,
} from './generation/sampling.ts'
export { cachingDecoder } from './gpt2/cachingDecoder.ts'
export {
  type DropoutRates,
  type Gpt2Config,
  type Gpt2Options,
  gpt2Config,
  gpt2Schema,
} from './gpt2/config.ts'
export { type Gpt2Model, gpt2 } from './gpt2/gpt2.ts'
export { gpt2HfConfig } from './gpt2/hf-config.ts'
export { gpt2FromHf, gpt2WeightsFromHf } from './gpt2/load.ts'
export { gpt2Parameters, gpt2Shape, initialWeights } from './gpt2/parameters.ts'
export { gpt2ConfigFromHf } from './gpt2/read-config.ts'
export { type ParameterGroup, parameterGroup, parameterGroups } from './groups.ts'
export { modelFromHfConfig } from './hf/load.ts'
export { type DescribedModel, describeHfModel, type ToldPositions } from './hf/shape.ts'
export { meanCosine, meanVector } from './inspect/contexts.ts'
export type { Inspection, InspectOptions } from './inspect/inspected.ts'
export { modelParts, parameterLayer, withParameters } from './inspect/parts.ts'
export {
  type HeadJudge,
  type HeadPatternName,
  headJudge,
  headLabel,
  headPatternNames,
  type JudgedText,
  type PatternScore,
  type TokenKind,
} from './inspect/patterns.ts'
export { type ReadOff, readOff } from './inspect/read-off.ts'
export { type ModelBuildContext, type ModelKind, modelKinds } from './kinds.ts'
export { type LlamaConfig, type LlamaOptions, llamaConfig, llamaSchema } from './llama/config.ts'
export { llamaFromHf } from './llama/hf.ts'
export { type LlamaModel, llama } from './llama/llama.ts'
export { llamaShape } from './llama/parameters.ts'
export { type TrainingMemory, trainingMemory } from './memory.ts'
export {
  type ForwardOptions,
  ignoredLabel,
  type LanguageModel,
  type LossOptions,
  type MaskedModel,
  type Model,
  type SpecialTokenIds,
  type TrainingBatch,
} from './model.ts'
export { initialValues, type ParameterSpec, type ParameterSpecs } from './parameters.ts'
export { bertPresets, gpt2Presets, llamaPresets, type PresetShape } from './presets.ts'
export { type ModelFamily, type ModelShape, modelFamilies } from './shape.ts'
