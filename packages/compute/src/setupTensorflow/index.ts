export type { SetupOptions } from './options.ts'
export { type RemoveOptions, removeTensorflow } from './remove.ts'
export { type Setup, setupTensorflow } from './setup.ts'
export type { StepName, StepReport } from './step.ts'
