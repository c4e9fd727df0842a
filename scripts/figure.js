// node scripts/figure.js runs/quickstart/report.html docs/quickstart.svg
// Takes the loss curve out of a report, with the styles it needs, as a picture that stands alone.
import { readFileSync, writeFileSync } from 'node:fs'

const [report, picture] = process.argv.slice(2)
const page = readFileSync(report, 'utf8')
const svg = page.match(/<svg[^>]*>[\s\S]*?<\/svg>/)?.[0]
const style = page.match(/<style>([\s\S]*?)<\/style>/)?.[1]
if (!svg || !style) {
  process.stderr.write(`${report}: no chart found; expected a report.html of a run\n`)
  process.exit(1)
}
// The colours, light and dark, and what the chart itself uses; the page's own layout does not concern a picture.
const colours = style.match(/:root \{[^}]*\}\s*@media[^{]*\{\s*:root \{[^}]*\}\s*\}/)?.[0] ?? ''
const chart = /^(svg |path|text|\.(axis|line|training|heldout|reference))/
const rules = [...style.matchAll(/([^{}\n]+)\{[^{}]*\}/g)].filter(([, selector]) => chart.test(selector.trim()))
const css = [colours, ...rules.map(([rule]) => rule)].join('\n').replaceAll('svg text', 'text')
const background = '<rect width="100%" height="100%" fill="var(--paper)"/>'
const alone = svg
  .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" font-family="Georgia, serif" ')
  .replace(/(<svg[^>]*>)/, `$1<style>${css}</style>${background}`)
writeFileSync(picture, `${alone}\n`)
