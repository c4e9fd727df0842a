import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

export interface PanelProps {
  readonly title: string
  /** What to see here, in a sentence. */
  readonly lead?: ComponentChildren
  /** Controls, beside the title. */
  readonly tools?: ComponentChildren
  readonly wide?: boolean
  readonly children?: ComponentChildren
}

/** One thing on a page: a title, a sentence, a picture. */
export function Panel({ title, lead, tools, wide = false, children }: PanelProps) {
  const id = useId()
  return (
    <section class={`panel ${wide ? 'wide' : ''}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {tools && <div class="tools">{tools}</div>}
      </header>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </section>
  )
}

/** Panels beside each other where there is room. */
export function Grid({ children, columns = 'wide' }: { children: ComponentChildren; columns?: 'wide' | 'small' }) {
  return <div class={`grid ${columns}`}>{children}</div>
}

export interface StatProps {
  readonly name: string
  readonly value: ComponentChildren
  /** What it means, or how it was before. */
  readonly note?: ComponentChildren
}

/** Figures worth a glance. */
export function Stats({ of }: { of: readonly (StatProps | undefined | false)[] }) {
  return (
    <dl class="stats">
      {of.map(
        stat =>
          stat && (
            <div key={stat.name}>
              <dt>{stat.name}</dt>
              <dd>
                {stat.value}
                {stat.note !== undefined && <small>{stat.note}</small>}
              </dd>
            </div>
          ),
      )}
    </dl>
  )
}
