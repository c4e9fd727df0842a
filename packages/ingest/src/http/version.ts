/**
 * What tells that a file on a server is still the same (RFC 9110 8.8): kept in cursors, so that a resumed run does not go on in
 * another text. A type and not an interface, so that it is `Json`.
 */
export type Version = {
  readonly etag?: string
  /** `Last-Modified`, as the server writes it. */
  readonly modified?: string
  /** Bytes. */
  readonly size?: number
}

/** What differs between two versions, in words; undefined where nothing that both of them tell does. */
export function differenceOf(before: Version, now: Version): string | undefined {
  if (before.size !== undefined && now.size !== undefined && before.size !== now.size) {
    return `it had ${before.size} bytes and has ${now.size}`
  }
  if (before.etag !== undefined && now.etag !== undefined) {
    // Weak comparison: what is asked is whether it is the same text, not the same packing.
    return opaque(before.etag) === opaque(now.etag) ? undefined : `its ETag was ${before.etag} and is ${now.etag}`
  }
  if (before.modified !== undefined && now.modified !== undefined && before.modified !== now.modified) {
    return `it was of ${before.modified} and is of ${now.modified}`
  }
  return undefined
}

const opaque = (etag: string): string => etag.replace(/^W\//, '')

/** What `If-Range` can be asked with: a strong ETag, or else the date; undefined where the server tells neither. */
export function conditionOf({ etag, modified }: Version): string | undefined {
  return etag !== undefined && !etag.startsWith('W/') ? etag : modified
}
