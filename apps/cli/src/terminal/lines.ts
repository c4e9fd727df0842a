import type { RunEvent } from '@sluice/pipeline'
import type { Colours } from './colours.ts'
import { bytes, duration } from './format.ts'
import { printable } from './printable.ts'

/** What of a run is worth a line that stays, or undefined. */
export function lineFor(event: RunEvent, colours: Colours): string | undefined {
  switch (event.type) {
    case 'warning':
      return colours.yellow(`warning: ${event.stage}: ${event.message}`)
    case 'note':
      return `${event.stage}: ${event.message}`
    case 'evaluation': {
      const { loss, unigram, bigram } = event.values
      if (loss === undefined) return undefined
      const beside = unigram === undefined ? '' : ` (unigram ${fixed(unigram)}, bigram ${fixed(bigram)})`
      return `step ${event.step}: evaluation loss ${colours.bold(fixed(loss))}${beside}`
    }
    case 'checkpoint':
      return colours.dim(
        `step ${event.step}: checkpoint ${event.path} (${bytes(event.bytes)} in ${duration(event.seconds)})`,
      )
    case 'sample':
      return `step ${event.step}: ${colours.bold(flat(event.prompt))}${flat(event.text)}`
    default:
      return undefined
  }
}

const fixed = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(3))

/** Samples run over lines; a log has one line for each. */
function flat(text: string): string {
  return printable(text).replace(/\s+/g, ' ')
}
