import { adamWUpdate, tf } from '@sluice/compute'
import { type NamedTensor, StateError } from '@sluice/pipeline'

export interface AdamWOptions {
  /** Updated in place. */
  parameters: ReadonlyMap<string, tf.Variable>
  /** Decay of the moments. Default: [0.9, 0.95], as GPT-3. */
  betas?: readonly [number, number] | undefined
  /** Default: 1e-8. */
  epsilon?: number | undefined
  /** Decoupled decay of tensors with two or more dimensions. Default: 0.1. */
  weightDecay?: number | undefined
  /** Moments to go on from, as `moments()` gave them. Default: zeros. */
  moments?: ReadonlyMap<string, NamedTensor> | undefined
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2, as in PyTorch): with gradient g at step t,
 *
 *     m = beta1 m + (1 - beta1) g            v = beta2 v + (1 - beta2) g^2
 *     w = w - lr decay w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * Decay is for matrices only, the embedding tables among them, as nanoGPT does it: biases and layer norms are left alone.
 * The bias correction is computed from the step in double precision, so resuming is exact.
 */
export class AdamW {
  readonly #names: string[]
  readonly #parameters: tf.Variable[]
  readonly #first: tf.Variable[]
  readonly #second: tf.Variable[]
  readonly #decay: number[]
  readonly #betas: readonly [number, number]
  readonly #epsilon: number

  /** @throws StateError when the moments are not those of these parameters */
  constructor({ parameters, betas = [0.9, 0.95], epsilon = 1e-8, weightDecay = 0.1, moments }: AdamWOptions) {
    this.#names = [...parameters.keys()]
    this.#parameters = [...parameters.values()]
    this.#decay = this.#parameters.map(parameter => (parameter.rank >= 2 ? weightDecay : 0))
    this.#betas = betas
    this.#epsilon = epsilon
    const start = (moment: string) =>
      this.#names.map((name, i) => momentVariable(`${moment}.${name}`, this.#parameters[i]!.shape, moments))
    this.#first = start('exp_avg')
    this.#second = start('exp_avg_sq')
  }

  /**
   * One update in place.
   *
   * @param gradients in the order of the parameters
   * @param options.step optimizer steps taken, this one included: 1, 2 …
   * @param options.gradScale multiplies the gradients: below 1 where their norm is clipped
   */
  update(gradients: readonly tf.Tensor[], options: { lr: number; step: number; gradScale?: number }): void {
    adamWUpdate({
      params: this.#parameters,
      grads: gradients,
      m: this.#first,
      v: this.#second,
      learningRate: options.lr,
      beta1: this.#betas[0],
      beta2: this.#betas[1],
      epsilon: this.#epsilon,
      weightDecay: this.#decay,
      step: options.step,
      gradScale: options.gradScale ?? 1,
    })
  }

  /** Copies of both moments, named as PyTorch's: `exp_avg.<parameter>`, `exp_avg_sq.<parameter>`. */
  moments(): Map<string, NamedTensor> {
    const copies = new Map<string, NamedTensor>()
    const copy = (moment: string, variables: readonly tf.Variable[]) =>
      variables.forEach((variable, i) => {
        const name = `${moment}.${this.#names[i]}`
        const data = (variable.dataSync() as Float32Array).slice()
        copies.set(name, { name, dtype: 'float32', shape: variable.shape, data })
      })
    copy('exp_avg', this.#first)
    copy('exp_avg_sq', this.#second)
    return copies
  }

  /** Sets both moments to what `moments()` gave. @throws StateError when they are not those of these parameters */
  restore(moments: ReadonlyMap<string, NamedTensor>): void {
    const restore = (moment: string, variables: readonly tf.Variable[]) =>
      variables.forEach((variable, i) => {
        const start = momentTensor(`${moment}.${this.#names[i]}`, variable.shape, moments)
        variable.assign(start)
        start.dispose()
      })
    restore('exp_avg', this.#first)
    restore('exp_avg_sq', this.#second)
  }

  dispose(): void {
    for (const variable of [...this.#first, ...this.#second]) variable.dispose()
  }
}

function momentVariable(name: string, shape: number[], given: ReadonlyMap<string, NamedTensor> | undefined) {
  const start = momentTensor(name, shape, given)
  const variable = tf.variable(start, false)
  start.dispose()
  return variable
}

function momentTensor(name: string, shape: number[], given: ReadonlyMap<string, NamedTensor> | undefined): tf.Tensor {
  const tensor = given?.get(name)
  const size = shape.reduce((product, length) => product * length, 1)
  if (given && tensor?.shape.join() !== shape.join()) {
    const found = tensor ? `[${tensor.shape.join(', ')}]` : 'none'
    throw new StateError(`optimizer state ${name}: expected shape [${shape.join(', ')}], found ${found}`, {
      place: name,
      advice: 'this optimizer state belongs to another model',
    })
  }
  return tf.tensor(tensor ? (tensor.data.slice() as Float32Array) : new Float32Array(size), shape, 'float32')
}
