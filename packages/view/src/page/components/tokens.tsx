import type { Token } from '@sluice/recipe/inspect'
import { visible } from '@sluice/recipe/show'

export interface TokensProps<T extends Token> {
  readonly tokens: readonly T[]
  readonly label: string
  /** The one that is looked at. */
  readonly chosen?: number | undefined
  /** Makes each a button. */
  readonly onChoose?: (index: number) => void
  readonly onPoint?: (index: number | undefined) => void
  /** Further classes of one: its shade, say. */
  readonly classOf?: (index: number) => string
}

/** Tokens side by side, each in its own colour, white space and control characters to be seen. Always text, never markup. */
export function Tokens<T extends Token>({ tokens, label, chosen, onChoose, onPoint, classOf }: TokensProps<T>) {
  const parts = tokens.map((token, i) => {
    const name = `token t${i % 6} ${chosen === i ? 'chosen' : ''} ${classOf?.(i) ?? ''}`
    const text = visible(token.text) || '∅'
    const line = token.text.endsWith('\n') ? <br /> : null
    const pointing = onPoint ? { onPointerEnter: () => onPoint(i), onFocus: () => onPoint(i) } : {}
    return onChoose ? (
      <>
        <button
          type="button"
          key={i}
          class={name}
          aria-pressed={chosen === i}
          onClick={() => onChoose(i)}
          {...pointing}
        >
          <bdi>{text}</bdi>
        </button>
        {line}
      </>
    ) : (
      <>
        <span key={i} class={name} {...pointing}>
          <bdi>{text}</bdi>
        </span>
        {line}
      </>
    )
  })
  return (
    <div class="tokens" role="group" aria-label={label} onPointerLeave={() => onPoint?.(undefined)}>
      {parts}
    </div>
  )
}

/** One token within a sentence. */
export function TokenName({ token: { id, text } }: { token: Token }) {
  return (
    <code class="token-name" title={`id ${id}`}>
      <bdi>{visible(text) || '∅'}</bdi>
    </code>
  )
}
