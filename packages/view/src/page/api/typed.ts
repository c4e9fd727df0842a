/** For JSON.parse: longer typed arrays come as their bytes in base64, see `typedJson` of the server. */
export function reviveTyped(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { float32, int32 } = value as { float32?: unknown; int32?: unknown }
  if (typeof float32 === 'string') return new Float32Array(bytesOf(float32))
  if (typeof int32 === 'string') return new Int32Array(bytesOf(int32))
  return value
}

function bytesOf(base64: string): ArrayBuffer {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes.buffer
}
