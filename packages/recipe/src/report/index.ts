export { groupTitle, type WhatChangedOptions, whatChanged } from './changes.ts'
export type {
  Baselines,
  EvaluationPoint,
  GroupChange,
  MetricPoint,
  RefinedPoint,
  ReportData,
  ReportSummary,
  SamplePoint,
  SourcePoint,
} from './data.ts'
export { gather, type Told } from './events.ts'
export { renderReport, writeReport } from './report.ts'
export { summaryText } from './text.ts'
