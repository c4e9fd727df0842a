import type { Colours } from './colours.ts'
import type { Output } from './console.ts'
import { count, duration } from './format.ts'
import { lineFor } from './lines.ts'
import { trackProgress } from './progress.ts'
import type { View } from './view.ts'

/** Lines that stay, for logs: what happened, and how far it is at most once in `interval` seconds. */
export function plainView(options: { out: Output; colours: Colours; now: () => number; interval?: number }): View {
  const { out, colours, now, interval = 10 } = options
  const progress = trackProgress(now)
  let last = Number.NEGATIVE_INFINITY
  let preparing = ''
  return {
    event(event) {
      progress.update(event)
      const line = lineFor(event, colours)
      if (line) out.write(`${line}\n`)
      if (event.type === 'preparing' && event.what !== preparing) {
        preparing = event.what
        out.write(`${event.what}: ${event.detail}\n`)
      }
      if (event.type !== 'metric' || now() - last < interval) return
      last = now()
      const { step, steps, loss, tokensPerSecond, secondsLeft } = progress.current
      const speed = tokensPerSecond === undefined ? '' : `, ${count(tokensPerSecond)} tokens/s`
      const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`
      out.write(`step ${step}${steps === undefined ? '' : `/${steps}`}: loss ${loss?.toFixed(3)}${speed}${left}\n`)
    },
    end: () => {},
  }
}
