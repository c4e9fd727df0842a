export interface ScheduleOptions {
  /** Optimizer steps in all. */
  steps: number
  /** The highest rate. */
  learningRate: number
  /** The rate of the last step. Default: learningRate / 10. */
  minLearningRate?: number | undefined
  /** Steps over which the rate rises linearly. Default: 0. */
  warmup?: number | undefined
}

/**
 * Linear warm-up, then half a cosine (Loshchilov and Hutter 2017, without restarts):
 *
 *     learningRate * step / warmup                                                          for step <= warmup
 *     min + (learningRate - min) * (1 + cos(pi * (step - warmup) / (steps - warmup))) / 2   after it
 *
 * @returns the rate of optimizer step 1, 2 … steps; beyond them the lowest
 */
export function cosineSchedule(options: ScheduleOptions): (step: number) => number {
  const { steps, learningRate, minLearningRate = learningRate / 10, warmup = 0 } = options
  return step => {
    if (step <= warmup) return (learningRate * step) / warmup
    if (step >= steps) return minLearningRate
    const share = (step - warmup) / (steps - warmup)
    return minLearningRate + ((learningRate - minLearningRate) * (1 + Math.cos(Math.PI * share))) / 2
  }
}
