import { html, type Markup } from '../markup.ts'

/** Shades of one colour: what the eye can tell apart in a small picture. */
const shades = 8

export interface HeatOptions {
  /** Unique in the document. */
  readonly id: string
  /** Read out in place of the picture: what it is, and what it shows. */
  readonly title: string
  readonly description?: string
  /** [rows, columns] */
  readonly values: ArrayLike<number>
  readonly rows: number
  readonly columns: number
  /** The size drawn in full colour; negative values get the other colour. Default: the greatest of the values. */
  readonly most?: number
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/**
 * Numbers as shades, as SVG: places of one shade are one path, runs of them one stroke of it, so that the picture takes a few bytes a
 * place. Colours are the style sheet's.
 */
export function heat(options: HeatOptions): Markup {
  const { id, title, description, values, rows, columns, width, height } = options
  const most = options.most ?? greatest(values)
  const paths = new Map<string, string>()
  for (let row = 0; row < rows; row++) {
    for (let from = 0; from < columns; ) {
      const name = shadeOf(values[row * columns + from]!, most)
      let to = from + 1
      while (to < columns && shadeOf(values[row * columns + to]!, most) === name) to++
      if (name !== '') paths.set(name, `${paths.get(name) ?? ''}M${from} ${row}h${to - from}v1h${from - to}z`)
      from = to
    }
  }
  const told = description === undefined ? undefined : html`<desc id="${id}-desc">${description}</desc>`
  return html`<svg role="img" class="heat" aria-labelledby="${id}-title${told && ` ${id}-desc`}" viewBox="0 0 ${columns} ${rows}" width="${width}" height="${height}" preserveAspectRatio="none">
<title id="${id}-title">${title}</title>${told}<rect class="frame" width="${columns}" height="${rows}"/>${[...paths].map(([name, path]) => html`<path class="${name}" d="${path}"/>`)}</svg>`
}

/** Class of a share's shade, `s1` to `s8`: for what is no picture, too. Nothing for what is too little to see. */
export function shadeOf(value: number, most = 1): string {
  const share = most > 0 && Number.isFinite(value) ? Math.min(1, Math.abs(value) / most) : 0
  const shade = Math.round(share * shades)
  return shade === 0 ? '' : `s${shade}${value < 0 ? ' minus' : ''}`
}

function greatest(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!)
    if (Number.isFinite(size)) most = Math.max(most, size)
  }
  return most
}
