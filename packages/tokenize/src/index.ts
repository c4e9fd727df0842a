export { Ids } from './tables/ids.ts'
export { endOfTextToken, type StreamDecoder, type Tokenizer } from './tokenizer.ts'
export { type TrainBpeOptions, trainBpe } from './training/bpe.ts'
