import { type FieldPlaces, scanRecord } from './scan.ts'

const candidates = [',', '\t', ';', '|']

/**
 * What separates the fields: the candidate that cuts the records at the beginning of a file into the most alike number of fields,
 * and of those that do so equally well the one that gives the most. A comma where none cuts anything.
 *
 * @param head the file's first bytes; its last record may be cut
 * @param ended whether they are the whole file
 */
export function detectSeparator(head: Buffer, ended: boolean): string {
  let best = { separator: ',', alike: 0, fields: 1 }
  for (const separator of candidates) {
    const counts = new Map<number, number>()
    const places: FieldPlaces = { count: 0, places: new Int32Array(96) }
    let records = 0
    for (let at = 0; at < head.length && records < 1000; ) {
      const end = scanRecord(head, at, head.length, ended, separator.charCodeAt(0), places)
      if (end < 0) break
      if (places.count > 1 || places.places[0] !== places.places[1]) {
        counts.set(places.count, (counts.get(places.count) ?? 0) + 1)
        records++
      }
      at = end
    }
    for (const [fields, count] of counts) {
      if (fields < 2) continue
      const alike = count / records
      if (alike > best.alike || (alike === best.alike && fields > best.fields)) best = { separator, alike, fields }
    }
  }
  return best.separator
}
