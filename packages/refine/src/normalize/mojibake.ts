// UTF-8 that somebody read as Windows-1252 and wrote as UTF-8 again: "â€™" for ’. What ftfy (Speer 2019) repairs goes further; this is
// the part of it that can be told for sure: stretches whose characters, as bytes of Windows-1252, are UTF-8.

const specials = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
const bytes = new Map([...specials].map((character, i) => [character, 0x80 + i] as const))
for (let code = 0x80; code < 0x100; code++) {
  const character = String.fromCharCode(code)
  if (!bytes.has(character)) bytes.set(character, code)
}

/** Â, Ã and â, ð before something that can follow them, or two such pairs in a row: nobody writes that. */
const suspicious = /[ÂÃâðÅÄÐÑÎÏØÙæçèéåäã][\u0080-\u00bf€‚-”•–—˜™š›œžŸŒŠŽƒˆ…†‡‰‹]/
const runs = /[\u0080-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2,}/g
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @returns the text, with such stretches repaired, also if it happened to them up to three times */
export function repairMojibake(text: string): string {
  let repaired = text
  for (let times = 0; times < 3 && suspicious.test(repaired); times++) {
    const next = repaired.replace(runs, repairRun)
    if (next === repaired) break
    repaired = next
  }
  return repaired
}

function repairRun(run: string): string {
  const values = Uint8Array.from(run, character => bytes.get(character)!)
  let result = ''
  for (let at = 0; at < values.length; ) {
    const length = sequence(values, at)
    const character = length > 0 ? decoded(values.subarray(at, at + length)) : undefined
    if (character === undefined || !certain(values, at, length)) {
      result += run[at]
      at++
    } else {
      result += character
      at += length
    }
  }
  return result
}

/** Bytes of the UTF-8 sequence at a place; 0 where there is none of more than one byte. */
function sequence(values: Uint8Array, at: number): number {
  const first = values[at]!
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0
  if (length === 0 || at + length > values.length) return 0
  for (let i = 1; i < length; i++) if ((values[at + i]! & 0xc0) !== 0x80) return 0
  return length
}

/** Of two bytes only what begins with Â or Ã is sure by itself; other pairs are where another sequence stands beside them. */
function certain(values: Uint8Array, at: number, length: number): boolean {
  if (length > 2 || values[at]! <= 0xc3) return true
  return sequence(values, at + length) > 0 || (at >= 2 && sequence(values, at - 2) === 2)
}

function decoded(values: Uint8Array): string | undefined {
  try {
    return utf8.decode(values)
  } catch {
    return undefined
  }
}
