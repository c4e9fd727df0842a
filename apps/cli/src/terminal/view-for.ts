import { coloursFor } from './colours.ts'
import type { Console } from './console.ts'
import { jsonView } from './json.ts'
import { liveView } from './live.ts'
import { plainView } from './plain.ts'
import type { View } from './view.ts'

/** JSON where asked for, one live block on a terminal, lines anywhere else. */
export function viewFor(console: Console, json: boolean): View {
  const out = console.stdout
  const now = () => performance.now() / 1000
  if (json) return jsonView(out)
  const colours = coloursFor(out, console.env)
  return out.isTTY
    ? liveView({ out, colours, now, memory: () => process.memoryUsage.rss() })
    : plainView({ out, colours, now })
}
