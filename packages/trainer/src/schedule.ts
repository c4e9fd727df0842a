export const scheduleKinds = ['cosine', 'linear', 'constant', 'wsd'] as const
export type ScheduleKind = (typeof scheduleKinds)[number]

export interface ScheduleOptions {
  /** Optimizer steps in all. */
  steps: number
  /** The highest rate. */
  learningRate: number
  /** The rate of the last step; not for `constant`. Default: learningRate / 10. */
  minLearningRate?: number | undefined
  /** Steps over which the rate rises linearly. Default: 0. */
  warmup?: number | undefined
  /** What follows the warm-up. Default: cosine. */
  schedule?: ScheduleKind | undefined
  /** Of `wsd`: the share of the steps, at their end, over which the rate falls. Default: 0.2. */
  decayShare?: number | undefined
}

/**
 * The learning rate by the step: linear warm-up to the highest rate, then, by the share s of the steps after it,
 *
 *     cosine    min + (highest - min) * (1 + cos(pi s)) / 2       half a cosine (Loshchilov and Hutter 2017, no restarts)
 *     linear    highest - (highest - min) * s                     (Devlin et al. 2019)
 *     constant  highest
 *     wsd       highest, and over the last steps linearly to min  warm-up, stable, decay (Hu et al. 2024, MiniCPM)
 *
 * @returns the rate of optimizer step 1, 2 … steps; beyond them that of the last
 */
export function learningRateSchedule(options: ScheduleOptions): (step: number) => number {
  const { steps, learningRate: highest, warmup = 0, schedule = 'cosine', decayShare = 0.2 } = options
  const lowest = schedule === 'constant' ? highest : (options.minLearningRate ?? highest / 10)
  const stable = schedule === 'wsd' ? Math.max(0, 1 - (decayShare * steps) / Math.max(1, steps - warmup)) : 0
  const falls: Record<ScheduleKind, (share: number) => number> = {
    cosine: share => (1 + Math.cos(Math.PI * share)) / 2,
    linear: share => 1 - share,
    constant: () => 1,
    wsd: share => (share <= stable ? 1 : (1 - share) / (1 - stable)),
  }
  return step => {
    if (step <= warmup) return (highest * step) / warmup
    if (step >= steps) return lowest
    return lowest + (highest - lowest) * falls[schedule]((step - warmup) / (steps - warmup))
  }
}
