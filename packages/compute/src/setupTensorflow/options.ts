import type { Check } from '../backends/tensorflow/check.ts'
import type { SetupRecord } from '../backends/tensorflow/installation.ts'
import type { Layout } from '../backends/tensorflow/layout.ts'
import type { Machine } from './platform.ts'
import type { RunProgram } from './program.ts'
import type { StepReport } from './step.ts'

/** The version that this was built and measured with. */
export const DEFAULT_VERSION = '2.21.0'

export interface SetupOptions {
  /** Of TensorFlow. Default 2.21.0. */
  readonly version?: string
  /** With NVIDIA's libraries, several GB more. Default false. */
  readonly gpu?: boolean
  /** Makes it again even if it is there. Default false. */
  readonly force?: boolean
  /** A Python with pip. Default: the first on the path, or uv. */
  readonly python?: string
  /** Takes what a person who waits is told. */
  readonly tell?: (report: StepReport) => void
  /** Where it goes. Default: the user's cache. */
  readonly folder?: string
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Default: this one. */
  readonly machine?: Machine
  /** How other programs are run. Default: as processes. */
  readonly run?: RunProgram
  /** How what is there is tried. Default: in a process of its own. */
  readonly check?: (layout: Layout, record: SetupRecord, again: boolean) => Promise<Check>
  /** Bytes that are free where it goes. Default: as the system says. */
  readonly freeBytes?: (folder: string) => Promise<number>
}
