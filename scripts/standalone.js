// A chart of a report as a picture that stands alone: with the colours and rules that it needs, and a ground to stand on.

/**
 * @param svg the chart's own element
 * @param style the report's style sheet
 */
export function standalone(svg, style) {
  // The colours, light and dark, and what the chart itself uses; the page's own layout does not concern a picture.
  const colours = style.match(/:root \{[^}]*\}\s*@media[^{]*\{\s*:root \{[^}]*\}\s*\}/)?.[0] ?? ''
  const chart = /^(svg |path|text|\.(axis|line|training|heldout|reference|group))/
  const rules = [...style.matchAll(/([^{}\n]+)\{[^{}]*\}/g)].filter(([, selector]) => chart.test(selector.trim()))
  const css = [colours, ...rules.map(([rule]) => rule)].join('\n').replaceAll('svg text', 'text')
  const background = '<rect width="100%" height="100%" fill="var(--paper)"/>'
  const alone = svg
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" font-family="Georgia, serif" ')
    .replace(/(<svg[^>]*>)/, `$1<style>${css}</style>${background}`)
  return `${alone}\n`
}
