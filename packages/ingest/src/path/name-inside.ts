import { isAddress } from '../http/address.ts'

/** A file's name in lower case, as it would be unpacked; of an address without what is asked of the server: names tell formats. */
export function nameInside(name: string): string {
  const path = isAddress(name) ? name.replace(/[?#].*$/, '') : name
  return path.toLowerCase().replace(/\.(gz|bz2|zst)$/, '')
}
