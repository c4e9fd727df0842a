// For the tests of this and other packages: `import { stageCases } from '@sluice/pipeline/testing'`.
export type { LifeCycleCase } from './case.ts'
export { type Holdings, heldSince, holdings, settled } from './holdings.ts'
export { type SinkCasesOptions, sinkCases } from './sink-cases.ts'
export { type SourceCasesOptions, sourceCases } from './source-cases.ts'
export { type StageCasesOptions, stageCases } from './stage-cases.ts'
