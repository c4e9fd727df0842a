import type { Colours } from './colours.ts'
import type { Output } from './console.ts'
import { bytes, clip, count, duration } from './format.ts'
import { lineFor } from './lines.ts'
import { type Progress, trackProgress } from './progress.ts'
import type { View } from './view.ts'

export interface LiveOptions {
  readonly out: Output
  readonly colours: Colours
  /** Seconds. */
  readonly now: () => number
  /** Bytes this process holds. */
  readonly memory: () => number
}

/** Seconds between two drawings: quick enough to look alive, slow enough to cost nothing. */
const interval = 0.1

/** One block that is drawn over again; what is worth keeping scrolls by above it. */
export function liveView({ out, colours, now, memory }: LiveOptions): View {
  const progress = trackProgress(now)
  let drawn = 0
  let last = Number.NEGATIVE_INFINITY
  const erase = () => {
    if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[0J`)
    drawn = 0
  }
  const draw = () => {
    const lines = block(progress.current, memory()).map(line => clip(line, out.columns - 1))
    erase()
    out.write(lines.map((line, i) => `${i === 0 ? colours.cyan(line) : colours.dim(line)}\n`).join(''))
    drawn = lines.length
    last = now()
  }
  return {
    event(event) {
      progress.update(event)
      const line = lineFor(event, colours)
      if (line) {
        erase()
        out.write(`${line}\n`)
      }
      if (line || now() - last >= interval) draw()
    },
    end: erase,
  }
}

function block(progress: Progress, memory: number): string[] {
  const { preparing, step, steps, loss, tokensPerSecond, secondsLeft, evaluation, bottleneck, holding } = progress
  if (step === undefined) {
    if (!preparing) return [`starting · memory ${bytes(memory)}`]
    const { what, detail, share } = preparing
    return share === undefined ? [`${what}: ${detail}`] : [`${bar(share)}  ${what}: ${detail}`]
  }
  const parts = [
    loss === undefined ? undefined : `loss ${loss.toFixed(3)}`,
    evaluation && `evaluation ${evaluation.loss.toFixed(3)} at step ${evaluation.step}`,
    tokensPerSecond === undefined ? undefined : `${count(tokensPerSecond)} tokens/s`,
    `memory ${bytes(memory)}${holding ? held(holding) : ''}`,
  ]
  const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`
  return [
    `${bar(steps ? step / steps : 0)}  step ${step}${steps === undefined ? '' : ` of ${steps}`}${left}`,
    parts.filter(part => part !== undefined).join(' · '),
    ...(bottleneck ? [bottleneck] : []),
  ]
}

/** `, 21 MB of it under way (shuffle 16 MB, train 4 MB)`. */
function held({ bytes: all, parts }: NonNullable<Progress['holding']>): string {
  const named = parts.map(part => `${part.id} ${bytes(part.bytes)}`).join(', ')
  return `, ${bytes(all)} of it under way${named ? ` (${named})` : ''}`
}

function bar(share: number): string {
  const width = 24
  const full = Math.round(Math.min(1, Math.max(0, share)) * width)
  return `${'━'.repeat(full)}${'─'.repeat(width - full)} ${String(Math.floor(share * 100)).padStart(3)} %`
}
