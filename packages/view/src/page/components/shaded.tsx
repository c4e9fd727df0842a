import type { Token } from '@sluice/recipe/inspect'
import { percent, visible } from '@sluice/recipe/show'
import { useEffect, useRef } from 'preact/hooks'

export interface ShadedProps {
  readonly tokens: readonly Token[]
  readonly label: string
  /** Of each, 0 to 1. */
  readonly shares: readonly number[]
  readonly chosen?: number | undefined
  readonly onChoose: (index: number) => void
}

/** Tokens shaded by a share of each. */
export function Shaded({ tokens, label, shares, chosen, onChoose }: ShadedProps) {
  const most = Math.max(1e-9, ...shares)
  return (
    <div class="tokens shaded" role="group" aria-label={label}>
      {tokens.map((token, i) => (
        <ShadedToken
          key={`${i} ${token.id}`}
          text={token.text}
          share={shares[i] ?? 0}
          strength={(shares[i] ?? 0) / most}
          chosen={chosen === i}
          onChoose={() => onChoose(i)}
        />
      ))}
    </div>
  )
}

interface ShadedTokenProps {
  readonly text: string
  readonly share: number
  readonly strength: number
  readonly chosen: boolean
  readonly onChoose: () => void
}

function ShadedToken({ text, share, strength, chosen, onChoose }: ShadedTokenProps) {
  const ref = useRef<HTMLButtonElement>(null)
  useEffect(() => ref.current!.style.setProperty('--strength', String(Math.sqrt(strength))), [strength])
  return (
    <button
      ref={ref}
      type="button"
      class={`token ${chosen ? 'chosen' : ''}`}
      aria-pressed={chosen}
      title={percent(share)}
      onClick={onChoose}
      onPointerEnter={onChoose}
    >
      <bdi>{visible(text) || '∅'}</bdi>
    </button>
  )
}
