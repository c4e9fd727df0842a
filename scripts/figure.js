// node scripts/figure.js runs/quickstart/report.html docs/quickstart.svg
// Takes the loss curve out of a report, as a picture that stands alone.
import { readFileSync, writeFileSync } from 'node:fs'
import { standalone } from './standalone.js'

const [report, picture] = process.argv.slice(2)
const page = readFileSync(report, 'utf8')
const svg = page.match(/<svg[^>]*>[\s\S]*?<\/svg>/)?.[0]
const style = page.match(/<style>([\s\S]*?)<\/style>/)?.[1]
if (!svg || !style) {
  process.stderr.write(`${report}: no chart found; expected a report.html of a run\n`)
  process.exit(1)
}
writeFileSync(picture, standalone(svg, style))
