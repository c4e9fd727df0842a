import type { ComponentChildren } from 'preact'

export interface NoticeProps {
  readonly kind: 'fault' | 'ask' | 'note'
  readonly title: string
  readonly children?: ComponentChildren
}

/** Something to be told in the place of a picture. */
export function Notice({ kind, title, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === 'fault' ? 'alert' : 'note'}>
      <h3>{title}</h3>
      {children}
    </div>
  )
}
