import type { ComponentType } from 'preact'

/** One page of the page. */
export interface View {
  /** In the address, after `#/`. */
  readonly path: string
  /** In the navigation. */
  readonly name: string
  /** The question it answers: the page's heading. */
  readonly question: string
  /** What is to be seen, in a sentence or two. */
  readonly lead: string
  readonly component: ComponentType
}
