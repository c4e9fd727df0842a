/** Rules for each of the shades that `heat` draws. */
const shades = (rule: (shade: number) => string): string => [1, 2, 3, 4, 5, 6, 7, 8].map(rule).join('\n')

/**
 * The report's style sheet: a page of text with pictures in it. Colours follow the reader's light or dark setting; on narrow
 * screens the narrow drawings are shown, and tables scroll by themselves.
 */
export const style = `
:root { color-scheme: light dark; --paper: #fffff8; --ink: #1a1a1a; --soft: #6b6b66; --rule: #d8d8cc; --training: #4f7396;
  --heldout: #a8321a; --g0: #4f7396; --g1: #8a6d1f; --g2: #a8321a; --g3: #3d7a4a; --g4: #7a5a94; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #151514; --ink: #dededa; --soft: #9a9a94; --rule: #3a3a37; --training: #86acd1; --heldout: #ff8f73;
    --g0: #86acd1; --g1: #d9bd6a; --g2: #ff8f73; --g3: #86c795; --g4: #c3a3dd; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 800px; padding: 32px 20px 64px; background: var(--paper); color: var(--ink);
  font: 17px/1.5 "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif; }
h1 { font-size: 34px; font-weight: normal; line-height: 1.15; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 22px; font-weight: normal; font-style: italic; margin: 0 0 8px; }
h3 { font-size: 14px; font-weight: normal; margin: 0; color: var(--soft); }
p { margin: 0 0 12px; max-width: 62ch; }
.lead { font-size: 19px; }
section { margin-top: 40px; }
.note, figcaption, caption, dt, summary { color: var(--soft); font-size: 14px; }
.figures { display: flex; flex-wrap: wrap; gap: 12px 28px; margin: 20px 0 0; }
.figures dd { margin: 0; font-size: 24px; line-height: 1.2; font-variant-numeric: lining-nums tabular-nums; }
figure { margin: 0 0 12px; }
figcaption { margin-bottom: 4px; }
svg { display: block; max-width: 100%; overflow: visible; }
.narrow { display: none; }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 20px; }
svg text { font-size: 13px; fill: var(--soft); font-variant-numeric: lining-nums tabular-nums; }
svg .y { text-anchor: end; }
svg .x { text-anchor: middle; }
.axis path { stroke: var(--rule); fill: none; }
.line path { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke: currentColor; }
.line path.faint { stroke-width: 0.8; opacity: 0.35; }
.line circle { fill: currentColor; stroke: var(--paper); stroke-width: 1; }
path.reference { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 4; }
svg text.label { fill: currentColor; font-size: 14px; }
text.reference { color: var(--soft); }
.training { color: var(--training); } .heldout { color: var(--heldout); }
.group-0 { color: var(--g0); } .group-1 { color: var(--g1); } .group-2 { color: var(--g2); } .group-3 { color: var(--g3); }
.group-4 { color: var(--g4); }
.scroll { overflow-x: auto; }
.scroll + figure { margin-top: 28px; }
table { border-collapse: collapse; font-size: 15px; font-variant-numeric: lining-nums tabular-nums; }
caption { text-align: left; }
th, td { text-align: right; font-weight: normal; padding: 3px 0 3px 24px; white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--soft); font-size: 14px; border-bottom: 1px solid var(--rule); vertical-align: bottom; }
.bar { display: inline-block; vertical-align: baseline; margin-left: 6px; } .bar rect { fill: var(--training); opacity: 0.6; }
.sample { display: grid; grid-template-columns: 90px 1fr; gap: 4px 12px; padding: 8px 0; border-top: 1px solid var(--rule); }
.sample h3 { padding-top: 3px; }
blockquote { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
blockquote b { font-weight: normal; color: var(--soft); }
.inside h3 { font-size: 17px; color: var(--ink); margin: 28px 0 4px; }
.inside .row { grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); }
.heat { color: var(--training); shape-rendering: crispEdges; } .heat path { fill: currentColor; } .heat path.minus { fill: var(--heldout); }
.frame { fill: none; stroke: var(--rule); stroke-width: 1; vector-effect: non-scaling-stroke; }
.scatter { color: var(--heldout); overflow: hidden; } .scatter circle { fill: currentColor; } .scatter text { fill: var(--ink); }
.scatter .dots { fill: none; stroke: var(--training); stroke-width: 2.5; stroke-linecap: round; opacity: 0.45; }
${shades(n => `.heat .s${n} { fill-opacity: ${n / 8}; } td.s${n} { background: color-mix(in srgb, var(--training) ${(n * 55) / 8}%, transparent); }`)}
.heads { display: grid; grid-template-columns: repeat(auto-fill, minmax(100px, 1fr)); gap: 4px 12px; margin-bottom: 10px; }
.heads .note { grid-column: 1 / -1; margin: 0; } .heads figcaption { font-size: 12px; line-height: 1.3; }
bdi { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; font-size: 0.86em; white-space: pre; }
.tokens bdi { border-bottom: 2px solid var(--training); } .tokens bdi:nth-child(2n) { border-color: var(--g1); }
.tokens bdi:nth-child(3n) { border-color: var(--g3); } .tokens { line-height: 2; }
.texts td, .texts th { text-align: left; white-space: normal; vertical-align: top; }
.lens th, .lens td { padding: 2px 6px; text-align: center; } .lens .right { text-decoration: underline; text-underline-offset: 3px; }
details { margin: 6px 0; }
summary { cursor: pointer; }
pre { font-size: 13px; line-height: 1.45; overflow-x: auto; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 700px) {
  body { padding: 20px 14px 48px; }
  h1 { font-size: 28px; }
  .wide { display: none; } .narrow { display: block; }
  .sample { grid-template-columns: 1fr; }
  table { font-size: 14px; } th, td { padding-left: 12px; } thead th { white-space: normal; font-size: 13px; }
  .bar { display: none; }
}
@media print { body { max-width: none; } details > * { display: block; } }
`
