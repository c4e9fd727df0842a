import type { Output } from './console.ts'
import type { View } from './view.ts'

/** One JSON object a line: every event as it is. */
export function jsonView(out: Output): View {
  return {
    event: event => out.write(`${JSON.stringify(event)}\n`),
    end: () => {},
  }
}
