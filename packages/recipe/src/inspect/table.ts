import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Numbers, QuestionName, Questions, Token } from './results.ts'

export type CellValue = string | number | null

/** An answer as rows, for spreadsheets and SQL: what is nested is one row each. */
export interface InspectionTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly CellValue[])[]
}

type Tables = { readonly [N in QuestionName]: (result: Questions[N]['result']) => InspectionTable }

const table = (columns: string, rows: readonly (readonly CellValue[])[]): InspectionTable => ({
  columns: columns.split(' '),
  rows,
})
const list = (numbers: Numbers) => Array.from(numbers)
const named = ({ id, text }: Token) => [id, text] as const

const tables: Tables = {
  about: result =>
    table(
      'name value',
      Object.entries(result).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  tokens: ({ tokens }) =>
    table(
      'place id text start end',
      tokens.map((token, place) => [place, ...named(token), token.start ?? null, token.end ?? null]),
    ),
  compare: ({ own, other }) =>
    table(
      'tokenizer vocab_size tokens bytes bytes_per_token',
      [own, other].map(cut => [cut.tokenizer, cut.vocabSize ?? null, cut.total, cut.bytes, cut.bytesPerToken]),
    ),
  neighbors: ({ neighbors }) =>
    table(
      'rank id text similarity',
      neighbors.map((token, i) => [i + 1, ...named(token), token.similarity]),
    ),
  embeddings({ tokens, points, norms, dimensions }) {
    const axes = ['x', 'y', 'z'].slice(0, dimensions)
    return table(
      ['id text norm', ...axes].join(' '),
      tokens.map((token, i) => [...named(token), norms[i]!, ...axes.map((_, axis) => points[i * dimensions + axis]!)]),
    )
  },
  positions: ({ distances, byDistance }) =>
    table(
      'distance similarity',
      list(distances).map((distance, i) => [distance, byDistance[i]!]),
    ),
  attention: ({ tokens, maps, causal }) =>
    table(
      'layer head from to from_token to_token weight',
      maps.flatMap(({ layer, head, weights }) =>
        tokens.flatMap((from, i) =>
          tokens.flatMap((to, j) =>
            causal && j > i ? [] : [[layer, head, i, j, from.text, to.text, weights[i * tokens.length + j]!]],
          ),
        ),
      ),
    ),
  heads: ({ heads }) =>
    table(
      'layer head label pattern score chance',
      heads.flatMap(({ layer, head, label, scores }) =>
        scores.map(({ pattern, score, chance }) => [layer, head, label ?? null, pattern, score, chance]),
      ),
    ),
  lens: ({ tokens, targets, rows }) =>
    table(
      'layer place token target target_probability target_rank entropy rank id text probability',
      rows.flatMap(({ layer, cells }) =>
        cells.flatMap(({ top, entropy, target }, place) =>
          top.map(({ probability, ...token }, i) => [
            layer,
            place,
            tokens[place]!.text,
            targets[place]?.text ?? null,
            target?.probability ?? null,
            target?.rank ?? null,
            entropy,
            i + 1,
            ...named(token),
            probability,
          ]),
        ),
      ),
    ),
  generate: ({ steps }) =>
    table(
      'place chosen_id chosen_text chosen_probability entropy kept rank id text probability chance',
      steps.flatMap(({ chosen, alternatives, entropy, kept }, place) =>
        alternatives.map((token, i) => [
          place,
          ...named(chosen),
          chosen.probability,
          entropy,
          kept,
          i + 1,
          ...named(token),
          token.probability,
          token.chance,
        ]),
      ),
    ),
  fill: ({ masks }) =>
    table(
      'place rank id text probability',
      masks.flatMap(({ place, fillings }) =>
        fillings.map((token, i) => [place, i + 1, ...named(token), token.probability]),
      ),
    ),
  contexts: ({ similarity, others, a, b }) =>
    table(
      'layer similarity others norm_a norm_b',
      list(similarity).map((value, layer) => [layer, value, others[layer]!, a.norms[layer]!, b.norms[layer]!]),
    ),
  weights: ({ steps, tensors }) =>
    table(
      'name group layer count step norm mean spread change relative',
      tensors.flatMap(({ name, group, layer, count, norm, mean, spread, change, relative }) =>
        steps.map((step, i) => [
          name,
          group,
          layer ?? null,
          count,
          step,
          norm[i]!,
          mean[i]!,
          spread[i]!,
          change[i]!,
          relative[i] ?? null,
        ]),
      ),
    ),
  ablate: ({ parts }) =>
    table(
      'part parameters loss increase',
      parts.map(({ part, parameters, loss, increase }) => [part, parameters, loss, increase]),
    ),
  blame: ({ documents }) =>
    table(
      'doc_id source tokens loss excess steps',
      documents.map(({ doc_id, source, tokens, loss, excess, steps }) => [
        doc_id,
        source,
        tokens,
        loss,
        excess,
        steps.length,
      ]),
    ),
}

/** An answer of `inspect` as rows. */
export function inspectionTable<N extends QuestionName>(name: N, result: Questions[N]['result']): InspectionTable {
  return tables[name](result)
}

/** RFC 4180, with a header line. */
export function inspectionCsv({ columns, rows }: InspectionTable): string {
  const cell = (value: CellValue) => {
    const text = value === null ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [columns, ...rows].map(row => `${row.map(cell).join(',')}\r\n`).join('')
}

/** Columns of whole numbers are INT32, others DOUBLE or STRING; what is missing is null. */
export function inspectionParquet({ columns, rows }: InspectionTable): Uint8Array {
  const columnData = columns.map((name, at) => {
    const data = rows.map(row => row[at]!)
    const numbers = data.every(value => value === null || typeof value === 'number')
    const whole =
      numbers && data.every(value => value === null || (Number.isInteger(value) && Math.abs(+value) < 2 ** 31))
    return {
      name,
      data,
      nullable: true,
      type: numbers ? (whole ? ('INT32' as const) : ('DOUBLE' as const)) : ('STRING' as const),
    }
  })
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}
