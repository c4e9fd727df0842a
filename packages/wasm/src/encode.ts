/** Bytes of a WebAssembly binary, nested as they were put together; flattened once, at the end. */
export type Code = number | readonly Code[]

/** LEB128, unsigned (WebAssembly core specification 5.2.2). */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return bytes
}

/** LEB128, signed, of a 32-bit integer. */
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    const done = (rest === 0 && low < 64) || (rest === -1 && low >= 64)
    bytes.push(done ? low : low + 128)
    if (done) return bytes
  }
}

/** A count, and the items. */
export function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), items]
}

export function text(name: string): Code {
  return vector([...new TextEncoder().encode(name)])
}

export function section(id: number, content: Code): Code {
  const bytes = flatten(content)
  return [id, unsigned(bytes.length), bytes]
}

export function flatten(code: Code, out: number[] = []): number[] {
  if (typeof code === 'number') out.push(code)
  else for (const part of code) flatten(part, out)
  return out
}
