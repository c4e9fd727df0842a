import type { Contexts, Cut, Heads, Lens, QuestionName, Questions, Weights } from '@sluice/recipe'
import { bar, shade } from '../../terminal/bars.ts'
import { columns } from '../../terminal/columns.ts'
import { count } from '../../terminal/format.ts'
import { percent, spelt } from './spelt.ts'

type Show = { readonly [N in QuestionName]: (result: Questions[N]['result']) => readonly string[] }

const barred = (rows: readonly (readonly [string, number, string])[], most: number) =>
  columns(rows.map(([name, value, told]) => [name, told, bar(value / most, 30)]))

const cutLine = ({ tokenizer, total, bytes, bytesPerToken }: Cut) =>
  `${tokenizer}: ${total} tokens for ${bytes} bytes, ${bytesPerToken.toFixed(2)} bytes a token`

/** Answers as a person at a terminal reads them: small tables and bars. */
export const show: Show = {
  about: about =>
    columns(
      Object.entries(about).map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : `${value}`,
      ]),
    ),
  tokens: cut => [
    cut.tokens.map(({ text }) => spelt(text)).join('|'),
    cut.tokens.map(({ id }) => id).join(' '),
    cutLine(cut),
  ],
  compare: ({ own, other, choices }) => [
    ...[own, other].flatMap(cut => [cutLine(cut), `  ${cut.tokens.map(({ text }) => spelt(text)).join('|')}`]),
    `to compare with: ${choices.join(', ')}`,
  ],
  neighbors: ({ step, token, norm, neighbors, mean }) => [
    `step ${step}: ${spelt(token.text)} (${token.id}), a vector of length ${norm.toFixed(3)}`,
    ...barred(
      neighbors.map(({ text, similarity }) => [spelt(text), similarity, similarity.toFixed(3)]),
      1,
    ),
    `mean cosine to the whole vocabulary ${mean.toFixed(3)}`,
  ],
  embeddings: ({ step, basis, tokens, points, norms, explained, dimensions, rows }) => [
    `step ${step}, on the axes of step ${basis} (${count(rows)} vectors); of its variance they show ${Array.from(explained, percent).join(', ')}`,
    ...columns([
      ['token', 'x', 'y', ...(dimensions > 2 ? ['z'] : []), 'length'],
      ...tokens
        .slice(0, 40)
        .map(({ text }, i) => [
          spelt(text),
          ...Array.from({ length: dimensions }, (_, axis) => points[i * dimensions + axis]!.toFixed(3)),
          norms[i]!.toFixed(3),
        ]),
    ]),
    ...(tokens.length > 40
      ? [`and ${tokens.length - 40} more: --csv, --parquet FILE or --projector DIR have them all`]
      : []),
  ],
  positions({ step, kind, positions, channels, distances, byDistance }) {
    if (kind === 'none') return ['the model is not told where a token stands']
    const places = Array.from({ length: positions }, (_, i) => i).filter(i => i < 16 || (i & (i - 1)) === 0)
    return [
      `step ${step}: ${kind} positions, ${positions} of ${channels} channels; how alike two are, by how far apart they stand`,
      ...barred(
        places.map(i => [`${distances[i]}`, byDistance[i]!, byDistance[i]!.toFixed(3)]),
        1,
      ),
    ]
  },
  attention({ step, tokens, total, layers, heads, maps }) {
    const cut = total > tokens.length ? `, the first ${tokens.length} of ${total} tokens` : ''
    const lines = [`step ${step}, ${layers} layers of ${heads} heads${cut}: each row says where its token looks`]
    for (const { layer, head, weights } of maps) {
      lines.push('', `layer ${layer}, head ${head}`)
      const rows = tokens.map(({ text }, i) => {
        const own = tokens.map((_, j) => weights[i * tokens.length + j]!)
        const most = own.indexOf(Math.max(...own))
        return [spelt(text, 14), `│${own.map(shade).join('')}│`, spelt(tokens[most]!.text, 14), percent(own[most]!)]
      })
      lines.push(...columns(rows))
    }
    return lines
  },
  heads: ({ step, tokens, text, heads, patterns }: Heads) => [
    `step ${step}, ${count(tokens)} tokens of ${text === 'given' ? 'the text' : 'the held-out text'}: what each head does most, the share of its attention that goes there, and of even attention`,
    ...columns([
      ['layer', 'head', 'label', 'share', 'chance', ''],
      ...heads.map(({ layer, head, label, score, chance }) => [
        `${layer}`,
        `${head}`,
        label ?? '-',
        label ? percent(score!) : '',
        label ? percent(chance!) : '',
        label ? bar(score!, 20) : '',
      ]),
    ]),
    `looked for: ${patterns.join(', ')}`,
  ],
  lens: ({ step, tokens, total, targets, rows }: Lens) => [
    `step ${step}: the likeliest token after each layer, and the probability and rank of what comes`,
    ...(total > tokens.length ? [`the first ${tokens.length} of ${total} tokens`] : []),
    ...tokens.flatMap(({ text }, place) => [
      '',
      `${spelt(text)}  →  ${targets[place] ? spelt(targets[place].text) : '?'}`,
      ...columns(
        rows.map(({ layer, cells }) => {
          const { top, target } = cells[place]!
          const told = target ? [percent(target.probability), `rank ${target.rank}`] : []
          const likely = top.slice(0, 3).map(each => `${spelt(each.text, 14)} ${percent(each.probability)}`)
          return [`  ${layer === 0 ? 'embedding' : `layer ${layer - 1}`}`, ...told, likely.join('  ')]
        }),
      ),
    ]),
  ],
  generate: ({ step, tokens, steps, text }) => [
    `step ${step}, after: ${spelt(tokens.map(token => token.text).join(''), 60)}`,
    ...columns(
      steps.map(({ chosen, alternatives }) => [
        spelt(chosen.text, 14),
        percent(chosen.probability),
        bar(chosen.probability, 10),
        alternatives
          .slice(0, 4)
          .map(each => `${spelt(each.text, 14)} ${percent(each.probability)}`)
          .join('  '),
      ]),
    ),
    spelt(text, 2000),
  ],
  fill: ({ masks, text }) => [
    ...masks.flatMap(({ place, fillings }) => [
      `place ${place}`,
      ...barred(
        fillings.map(each => [`  ${spelt(each.text)}`, each.probability, percent(each.probability)]),
        1,
      ),
    ]),
    spelt(text, 2000),
  ],
  contexts: ({ step, word, similarity, others }: Contexts) => [
    `step ${step}: how alike "${spelt(word)}" is in the two texts, and other tokens of the one and the other`,
    ...columns([
      ['', 'the word', 'others', ''],
      ...Array.from(similarity, (value, layer) => [
        layer === 0 ? 'embedding' : `after layer ${layer - 1}`,
        value.toFixed(3),
        others[layer]!.toFixed(3),
        bar(value, 30),
      ]),
    ]),
  ],
  weights({ steps, tensors, groups }: Weights) {
    const last = steps.length - 1
    const row = ({ name, count: numbers, norm, spread, change, relative }: Weights['groups'][number]) => [
      name,
      count(numbers),
      norm[0]!.toPrecision(3),
      norm[last]!.toPrecision(3),
      spread[0]!.toPrecision(3),
      spread[last]!.toPrecision(3),
      change[last]!.toPrecision(3),
      relative[last] === null || relative[last] === undefined ? '-' : percent(relative[last]),
    ]
    const head = ['', 'numbers', `norm ${steps[0]}`, `norm ${steps[last]}`, 'spread', 'spread', 'moved', 'of the norm']
    return columns([head, ...groups.map(row), ...tensors.map(row)])
  },
  ablate: ({ step, tokens, loss, atStart, parts }) => [
    `step ${step}, ${count(tokens)} held-out tokens: ${loss.toFixed(3)} nats a token; with all weights as at step 0 ${atStart.toFixed(3)}`,
    'the loss with one part put back to step 0:',
    ...columns([
      ['part', 'numbers', 'loss', 'more by', ''],
      ...parts.map(({ part, parameters, loss: without, increase }) => [
        part,
        count(parameters),
        without.toFixed(3),
        `${increase >= 0 ? '+' : ''}${increase.toFixed(3)}`,
        bar(increase / Math.max(1e-9, ...parts.map(each => each.increase)), 30),
      ]),
    ]),
  ],
  blame: ({ documents, sources }) => [
    ...columns([
      ['source', 'documents', 'tokens', 'loss', 'excess'],
      ...sources.map(each => [spelt(each.source), count(each.documents), count(each.tokens), ...losses(each)]),
    ]),
    '',
    ...columns([
      ['document', 'tokens', 'loss', 'excess'],
      ...documents.map(each => [spelt(`${each.source}/${each.doc_id}`, 60), count(each.tokens), ...losses(each)]),
    ]),
  ],
}

function losses({ loss, excess }: { loss: number; excess: number }): string[] {
  return [loss.toFixed(3), `${excess >= 0 ? '+' : ''}${excess.toFixed(3)}`]
}
