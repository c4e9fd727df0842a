/**
 * An entry's name as a path inside its archive: forward slashes, no `.` and no empty parts. Undefined for one that leads out of it
 * (`../../etc/passwd`, `/etc/passwd`, `C:\x`): such a name is nobody's honest one, and what it names is not read.
 */
export function entryName(raw: string): string | undefined {
  const name = raw.replaceAll('\\', '/')
  if (name.startsWith('/') || /^[a-z]:/i.test(name) || name.includes('\0')) return undefined
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? undefined : parts.join('/')
}
