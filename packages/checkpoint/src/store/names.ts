/** Files of a checkpoint that are ours; `files` of the sink may not take these names. */
export const fileNames = {
  safetensors: 'model.safetensors',
  parquet: 'weights.parquet',
  optimizer: 'optimizer.safetensors',
  state: 'state.json',
  manifest: 'manifest.json',
  /** There, with the sum of the manifest in it, once everything else is on the disk. */
  done: 'DONE',
} as const

/** Name of the file that keeps what a stage saved. */
export function stageFile(id: string): string {
  return `stage.${encodeURIComponent(id).replaceAll('*', '%2A')}.bin`
}

/** Name of a step's directory; six digits, so that a listing is in order. */
export function stepName(step: number): string {
  return `step-${String(step).padStart(6, '0')}`
}

/** What a name in a checkpoint directory stands for; undefined for what is not ours. */
export interface StepEntry {
  readonly name: string
  readonly step: number
  /**
   * - `final`: a checkpoint, if it has its DONE
   * - `replaced`: one that is being replaced by another of the same step, and counts until that one is done
   * - `temporary`: being written, or left from a writer that died
   */
  readonly state: 'final' | 'replaced' | 'temporary'
}

export function stepEntry(name: string): StepEntry | undefined {
  const match = /^step-(\d{6,15})(\.replaced|\.tmp-[\w-]+)?$/.exec(name)
  if (!match) return undefined
  const state = match[2] === undefined ? 'final' : match[2] === '.replaced' ? 'replaced' : 'temporary'
  return { name, step: Number(match[1]), state }
}
