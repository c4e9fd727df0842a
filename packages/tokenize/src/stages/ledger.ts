import type { Json } from '@sluice/pipeline'

/** What packing did to the tokens of a source. */
export interface PackedTokens {
  /** In rows, each counted once. */
  tokens: number
  /** Of these: in another row than the one their document begins in, so that the model does not see its beginning before them. */
  split: number
  /** Thrown away. */
  cropped: number
  /** Put at the end of rows that this source's documents did not fill. */
  padded: number
  /** Bytes of text that the tokens in rows stand for. */
  bytes: number
  /** Documents whose first token is in a row. */
  documents: number
}

const nothing = (): PackedTokens => ({ tokens: 0, split: 0, cropped: 0, padded: 0, bytes: 0, documents: 0 })

/** Sources that are told apart; what comes up later is counted together. */
const mostSources = 64
const others = '(others)'

/** Counts tokens, and what they stand for, by source. It travels in the cursor, so that it counts a whole run, resumed or not. */
export class Ledger {
  readonly #sources = new Map<string, PackedTokens>()

  constructor(from?: Json) {
    if (typeof from !== 'object' || from === null || Array.isArray(from)) return
    for (const [source, counts] of Object.entries(from)) {
      const [tokens, split, cropped, padded, bytes, documents] = (Array.isArray(counts) ? counts : []).map(Number)
      this.#sources.set(source, {
        tokens: tokens || 0,
        split: split || 0,
        cropped: cropped || 0,
        padded: padded || 0,
        bytes: bytes || 0,
        documents: documents || 0,
      })
    }
  }

  count(source: string, what: keyof PackedTokens, amount: number): void {
    if (amount === 0) return
    let counts = this.#sources.get(source)
    if (!counts) {
      const name = this.#sources.size < mostSources ? source : others
      counts = this.#sources.get(name) ?? nothing()
      this.#sources.set(name, counts)
    }
    counts[what] += amount
  }

  get entries(): ReadonlyMap<string, Readonly<PackedTokens>> {
    return this.#sources
  }

  /** For the cursor: short, because it stands in every frame's. */
  toJSON(): { readonly [source: string]: Json } {
    const entries = [...this.#sources].map(([source, counts]): [string, Json] => {
      const { tokens, split, cropped, padded, bytes, documents } = counts
      return [source, [tokens, split, cropped, padded, bytes, documents]]
    })
    return Object.fromEntries(entries)
  }

  /** One line for a person; undefined where nothing was packed. */
  message(): string | undefined {
    const sum = nothing()
    for (const counts of this.#sources.values()) {
      for (const what of Object.keys(sum) as (keyof PackedTokens)[]) sum[what] += counts[what]
    }
    if (sum.tokens === 0) return undefined
    const share = (tokens: number): string => `${((100 * tokens) / (sum.tokens + sum.padded)).toFixed(1)} %`
    const parts = [`packed ${sum.tokens} tokens: ${share(sum.split)} apart from their document's beginning`]
    if (sum.cropped > 0) parts.push(`${sum.cropped} thrown away`)
    if (sum.padded > 0) parts.push(`${share(sum.padded)} padding`)
    return parts.join(', ')
  }
}
