/** Elements that begin and end a line of their own. */
export const blocks: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer ' +
    'form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre section summary table ' +
    'tbody tfoot thead tr ul'
  ).split(' '),
)

/** Of these, the ones that stand apart from what is around them by a blank line. */
export const paragraphs: ReadonlySet<string> = new Set(
  'article blockquote dl figure h1 h2 h3 h4 h5 h6 hr ol p pre section table ul'.split(' '),
)

/** Elements whose content nobody reads. */
export const unread: ReadonlySet<string> = new Set(
  (
    'annotation applet audio button canvas datalist embed head iframe input math noembed noframes noscript object script ' +
    'select style svg template textarea title video'
  ).split(' '),
)

/** Elements around an article, where a page says so. */
export const surroundings: ReadonlySet<string> = new Set('aside dialog footer form header menu nav'.split(' '))

/** Depth of elements that is followed; deeper than browsers go (512), and a page that nests more is an attack. */
export const maxDepth = 512

/** Thrown for markup that nests deeper than `maxDepth`. */
export class TooDeep extends Error {
  constructor() {
    super(`elements nest deeper than ${maxDepth}`)
  }
}
