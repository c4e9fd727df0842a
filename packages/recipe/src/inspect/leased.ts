/** Values that are dear to make and to hold, kept for the next who asks while there is room. */
export interface Leased<V> {
  /** Makes or takes the value, works with it, and gives it back. It is not disposed of before. */
  use<T>(key: string, make: () => Promise<V>, work: (value: V) => Promise<T> | T): Promise<T>
  /** Disposes of all that nobody works with, and of the rest when it is given back. */
  clear(): void
}

interface Entry<V> {
  readonly value: Promise<V>
  made?: V
  bytes: number
  leases: number
}

/**
 * @param options.limit bytes; the value used last is kept, however large
 * @param options.bytes of a value
 */
export function leased<V>(options: { limit: number; bytes(value: V): number; dispose?(value: V): void }): Leased<V> {
  const { limit, bytes, dispose = () => {} } = options
  // In the order of their last use.
  const entries = new Map<string, Entry<V>>()
  let closed = false
  const trim = () => {
    let total = [...entries.values()].reduce((sum, entry) => sum + entry.bytes, 0)
    const last = [...entries.keys()].at(-1)
    for (const [key, entry] of entries) {
      if (!closed && (total <= limit || key === last)) continue
      if (entry.leases > 0) continue
      entries.delete(key)
      total -= entry.bytes
      if (entry.made !== undefined) dispose(entry.made)
    }
  }
  return {
    async use(key, make, work) {
      let entry = entries.get(key)
      if (entry) entries.delete(key)
      else entry = { value: make(), bytes: 0, leases: 0 }
      entries.set(key, entry)
      entry.leases++
      try {
        entry.made = await entry.value
        entry.bytes = bytes(entry.made)
        return await work(entry.made)
      } finally {
        entry.leases--
        if (entry.made === undefined && entry.leases === 0 && entries.get(key) === entry) entries.delete(key)
        trim()
      }
    },
    clear() {
      closed = true
      trim()
    },
  }
}
