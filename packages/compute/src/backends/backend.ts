export type BackendName = 'tensorflow' | 'native' | 'wasm' | 'cpu'

/** How matrix products and attention compute: float32 throughout, or bfloat16 products summed in float32. */
export type Precision = 'f32' | 'bf16'

/** What computes. Bits of a run depend on every member, so a checkpoint keeps them. */
export interface Backend {
  readonly name: BackendName
  /** One line for people. */
  readonly description: string
  readonly threads: number
  readonly instructionSet?: string
  readonly precision: Precision
}

/** Whether a backend can be used here and now. */
export interface BackendReport {
  readonly name: BackendName
  readonly available: boolean
  /** What was found; for one that is not available, or was passed over, why. */
  readonly reason: string
  /** What to do to get it. */
  readonly advice?: string
}

export interface BackendOptions {
  /** Default: one for each core. Backends that have one thread only take no notice. */
  readonly threads?: number
  /** The least precise products allowed; backends without bf16 compute in f32. Default 'f32'. */
  readonly precision?: Precision
  /** Estimate of the tensor memory that will be needed, bytes. Default unknown. */
  readonly needBytes?: number
  /** The most that is taken of a GPU's memory, bytes; taken at once then. Default: it grows as needed. */
  readonly gpuMemory?: number
  /** Whether f32 products on a GPU may round their factors to TensorFloat-32. Default true. */
  readonly tf32?: boolean
}

/** One backend, as the choice sees it. Nothing is loaded before `report` or `start`. */
export interface Candidate {
  readonly name: BackendName
  report(options: BackendOptions): Promise<BackendReport>
  /** Why 'auto' passes over it although it is available; undefined where it does not. Called after `report`. */
  passedOver?(): string | undefined
  /** Makes it tfjs's backend. Called only after `report` found it available. */
  start(options: BackendOptions): Promise<Backend>
}
