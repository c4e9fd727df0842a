import type { Ablation, Weights } from '../../../inspect/results.ts'
import { nats, percent, short, signed, whole } from '../../../show/format.ts'
import { groupTitle } from '../../changes.ts'
import { figure } from '../../chart/figure.ts'
import { html, type Markup } from '../../markup.ts'
import { table } from '../../table.ts'
import { bar } from '../stages.ts'

/** How far each group of weights went from its beginning, snapshot by snapshot. */
export function weightsPart({ steps, groups }: Weights): Markup | undefined {
  const drawn = figure({
    id: 'moved',
    title: 'Distance from the beginning, over the length there',
    description: groups
      .map(({ name, relative }) => `${groupTitle(name)} ${percent(relative.at(-1) ?? Number.NaN)}.`)
      .join(' '),
    lines: groups.map(({ name, relative }, i) => ({
      className: `group-${i % 5}`,
      label: groupTitle(name),
      points: steps.flatMap((x, at) => (typeof relative[at] === 'number' ? [{ x, y: relative[at] }] : [])),
      dots: true,
    })),
    height: 260,
    fromZero: true,
    format: percent,
    table: table({
      caption: 'Distance from the beginning, over the length there',
      head: ['', ...steps.map(step => `step ${whole(step)}`)],
      rows: groups.map(({ name, relative }) => [
        groupTitle(name),
        ...relative.map(value => percent(value ?? Number.NaN)),
      ]),
    }),
  })
  return drawn && html`<h3>How far weights moved</h3>\n${drawn}`
}

/** The loss with one part put back to the beginning. */
export function ablationPart({ parts, loss, atStart, tokens }: Ablation): Markup {
  const most = Math.max(1e-9, atStart - loss, ...parts.map(({ increase }) => increase))
  return html`<h3>Where knowledge sits</h3>
<p class="note">One part is put back to its random beginning, all others stay as trained, and ${whole(tokens)} tokens of the held-out text are measured
again: as trained ${nats(loss)} nats a token, with everything put back ${nats(atStart)}. The more the loss rises, the more of what was learned sits
in that part, or passes through it.</p>
${table({
  caption: 'The loss with one part put back',
  hideCaption: true,
  head: ['put back', 'loss rises by', 'to', 'numbers'],
  rows: parts.map(({ part, parameters, loss: without, increase }) => [
    part,
    html`${signed(increase)} ${bar(increase / most)}`,
    nats(without),
    short(parameters),
  ]),
})}`
}
