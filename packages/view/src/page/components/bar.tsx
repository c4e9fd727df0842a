import { useEffect, useRef } from 'preact/hooks'

export interface BarProps {
  /** Parts of the whole, 0 to 1, each with the class that colours it. */
  readonly parts: readonly { readonly share: number; readonly class: string }[]
  /** A mark at a share, such as what was asked for. */
  readonly mark?: number | undefined
}

/** Shares as a bar, for the eye: the figures stand beside it. */
export function Bar({ parts, mark }: BarProps) {
  return (
    <span class="bar" aria-hidden="true">
      {parts.map(({ share, class: name }) => (
        <Length key={name} class={name} property="--share" value={share} />
      ))}
      {mark !== undefined && <Length class="mark" property="--at" value={mark} />}
    </span>
  )
}

/** An element whose length comes from a number: set by script, for the page's policy allows no styles in markup. */
function Length({ class: name, property, value }: { class: string; property: string; value: number }) {
  const ref = useRef<HTMLElement>(null)
  const share = Math.max(0, Math.min(1, Number.isFinite(value) ? value : 0))
  useEffect(() => ref.current?.style.setProperty(property, String(share)), [property, share])
  return <i ref={ref} class={name} />
}
