/** The sizes of the model and of the cache, as every function of the decoder takes them last. */
export type DecoderSizes = [
  llama: boolean,
  layers: number,
  width: number,
  heads: number,
  groups: number,
  inner: number,
  vocab: number,
  rows: number,
  capacity: number,
]

/** The addon's functions for one token after another: native/src/addon/decoder.cc. */
export interface DecoderAddon {
  /** Floats that the packed weights need. */
  decoderLength(bf16: boolean, ...sizes: DecoderSizes): number
  /**
   * @param weights of each block gamma, beta, w, b, w, b, gamma, beta, w, b, w, b; then gamma, beta and head [vocab, width]; of
   *   Llama without every beta and b
   */
  decoderPack(bf16: boolean, weights: Float32Array[], packed: Float32Array, ...sizes: DecoderSizes): void
  /** Keys and values of a row's first `time` positions in one layer, from qkv [time, 3 * width], as attention takes it. */
  decoderFill(
    qkv: Float32Array,
    cache: Float32Array,
    layer: number,
    row: number,
    time: number,
    ...sizes: DecoderSizes
  ): void
  /** Token i is ids[i] at position places[i] of row tokenRows[i]; `logits` gets those after the tokens last[0], last[1] … */
  decoderStep(
    bf16: boolean,
    packed: Float32Array,
    tokens: Float32Array,
    positions: Float32Array | null,
    cosines: Float32Array | null,
    sines: Float32Array | null,
    cache: Float32Array,
    ids: Int32Array,
    tokenRows: Int32Array,
    places: Int32Array,
    last: Int32Array,
    logits: Float32Array,
    count: number,
    outputs: number,
    epsilon: number,
    ...sizes: DecoderSizes
  ): void
}
