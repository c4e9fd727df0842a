/** A Float32Array, or a Uint16Array of bfloat16. */
export type Reals = Float32Array | Uint16Array

/**
 * The compiled addon, function by function as in native/src/addon. Every argument is checked there: a bad one throws and
 * touches nothing. `bf16` asks for bfloat16 products; the arrays it keeps are then Uint16Arrays.
 */
export interface Addon {
  /** Which C++ sources it was made from. */
  sources(): string
  instructionSets(): string[]
  /** Undefined if SLUICE_ISA names none that can run here. */
  instructionSet(): string | undefined
  useInstructionSet(name: string): void
  hasBf16(): boolean
  threads(): number
  setThreads(count: number): void
  allocate(bytes: number): ArrayBuffer
  scratchBytes(): number
  trimScratch(): void

  linearForward(
    bf16: boolean,
    x: Reals,
    w: Float32Array,
    bias: Float32Array | null,
    residual: Float32Array | null,
    y: Reals,
    slope: Reals | null,
    rows: number,
    inner: number,
    outer: number,
    gelu: boolean,
    /** GELU as it is defined, instead of its tanh form. */
    exact?: boolean,
  ): void
  linearBackward(
    bf16: boolean,
    dy: Reals,
    slope: Reals | null,
    x: Reals,
    w: Float32Array,
    dx: Reals | null,
    dw: Float32Array,
    dbias: Float32Array | null,
    rows: number,
    inner: number,
    outer: number,
  ): void
  layerNormForward(
    x: Reals,
    gamma: Float32Array,
    beta: Float32Array,
    y: Reals,
    mean: Float32Array | null,
    rstd: Float32Array | null,
    rows: number,
    width: number,
    epsilon: number,
  ): void
  /** @param onto whether dx holds values to add to */
  layerNormBackward(
    dy: Reals,
    x: Reals,
    gamma: Float32Array,
    mean: Float32Array,
    rstd: Float32Array,
    dx: Float32Array,
    dgamma: Float32Array,
    dbeta: Float32Array,
    rows: number,
    width: number,
    onto: boolean,
  ): void
  rmsNormForward(
    x: Reals,
    gamma: Float32Array,
    y: Reals,
    rstd: Float32Array | null,
    rows: number,
    width: number,
    epsilon: number,
  ): void
  /** @param onto whether dx holds values to add to */
  rmsNormBackward(
    dy: Reals,
    x: Reals,
    gamma: Float32Array,
    rstd: Float32Array,
    dx: Float32Array,
    dgamma: Float32Array,
    rows: number,
    width: number,
    onto: boolean,
  ): void
  gatedSiluForward(x: Reals, y: Reals, rows: number, width: number): void
  gatedSiluBackward(dy: Reals, x: Reals, dx: Reals, rows: number, width: number): void
  rotaryHeadsForward(x: Reals, y: Reals, ...shape: RotaryArguments): void
  rotaryHeadsBackward(dy: Reals, dx: Reals, ...shape: RotaryArguments): void
  attentionForward(
    bf16: boolean,
    qkv: Reals,
    y: Reals,
    lse: Float32Array | null,
    batch: number,
    time: number,
    heads: number,
    dim: number,
    causal: boolean,
    rate: number,
    random: Float64Array | null,
    starts?: Int32Array | null,
    sequences?: number,
  ): void
  attentionBackward(
    bf16: boolean,
    dy: Reals,
    qkv: Reals,
    y: Reals,
    lse: Float32Array,
    dqkv: Reals,
    batch: number,
    time: number,
    heads: number,
    dim: number,
    causal: boolean,
    rate: number,
    random: Float64Array | null,
    starts?: Int32Array | null,
    sequences?: number,
  ): void
  embeddingForward(
    table: Float32Array,
    ids: Int32Array,
    out: Float32Array,
    rows: number,
    width: number,
    vocab: number,
  ): void
  /** @param onto whether dtable holds values to add to */
  embeddingBackward(
    dy: Reals,
    ids: Int32Array,
    dtable: Float32Array,
    rows: number,
    width: number,
    vocab: number,
    onto: boolean,
  ): void
  crossEntropy(
    bf16: boolean,
    hidden: Reals,
    table: Float32Array,
    targets: Int32Array,
    weights: Float32Array | null,
    dhidden: Reals | null,
    dtable: Float32Array | null,
    rows: number,
    width: number,
    vocab: number,
    losses?: Float32Array | null,
  ): number
  dropout(x: Reals, y: Reals, length: number, rate: number, random: Float64Array): void
  adamW(
    parameters: Float32Array[],
    gradients: Float32Array[],
    m: Float32Array[],
    v: Float32Array[],
    weightDecay: Float64Array,
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    step: number,
    gradScale: number,
  ): void
  squaredNorms(tensors: Float32Array[], sums: Float64Array): void

  matMul(
    bf16: boolean,
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    batch: number,
    m: number,
    n: number,
    k: number,
    strideA: number,
    strideB: number,
    transposeA: boolean,
    transposeB: boolean,
  ): void
  unary(function_: number, x: Reals, y: Reals, length: number): void
  geluBackward(dy: Float32Array, x: Float32Array, dx: Float32Array, length: number): void
  binary(
    function_: number,
    a: Reals,
    b: Reals,
    y: Float32Array,
    rows: number,
    columns: number,
    rowA: number,
    columnA: number,
    rowB: number,
    columnB: number,
  ): void
  reduce(function_: number, x: Float32Array, y: Float32Array, outer: number, reduced: number, inner: number): void
  softmax(x: Float32Array, y: Float32Array, rows: number, columns: number): void
  transpose(x: Float32Array, y: Float32Array, outer: number, a: number, b: number, inner: number): void
}

/** Tables [count, dim / 2], and positions within them. */
export type RotaryArguments = [
  cosines: Float32Array,
  sines: Float32Array,
  positions: Int32Array,
  count: number,
  rows: number,
  heads: number,
  groups: number,
  dim: number,
]
