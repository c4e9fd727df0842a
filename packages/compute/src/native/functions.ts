/** The numbers of the addon's functions: core/kernels.h, in its order. */
export const UNARY = {
  copy: 0,
  negate: 1,
  absolute: 2,
  square: 3,
  squareRoot: 4,
  inverseSquareRoot: 5,
  reciprocal: 6,
  exponential: 7,
  relu: 8,
  sigmoid: 9,
  gelu: 10,
} as const

export const BINARY = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
  squaredDifference: 6,
} as const

export const REDUCE = { sum: 0, mean: 1, maximum: 2 } as const
