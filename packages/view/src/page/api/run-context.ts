import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { RunList } from '../../protocol.ts'
import type { KnownRun } from './runs.ts'

export interface RunContext {
  /** The run that is looked at. */
  readonly run: KnownRun
  readonly list: RunList['runs']
  /** Those laid over it, in the order in which they were chosen. */
  readonly others: readonly KnownRun[]
  /** Ids of those chosen, whether they have come yet or not. */
  readonly chosen: readonly string[]
  lay(id: string, over: boolean): void
  /** Whether questions that take the model may be asked though the run is under way. */
  readonly whileTraining: boolean
  allowWhileTraining(): void
}

export const RunContext = createContext<RunContext | undefined>(undefined)

/** What every view knows: the run, and what has been settled about it. */
export function useRun(): RunContext {
  const context = useContext(RunContext)
  if (!context) throw new Error('useRun outside a run')
  return context
}
