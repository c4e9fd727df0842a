import { AMPERSAND, HASH, SEMICOLON } from './bytes.ts'
import { NameTable } from './names.ts'

// Names of characters in HTML 4 (section 24), each list from its first code point on, '-' where there is none.
const lists: readonly (readonly [first: number, names: string])[] = [
  [
    160,
    'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml',
  ],
  [
    913,
    'Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau Upsilon Phi Chi Psi Omega',
  ],
  [
    945,
    'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega',
  ],
  [8592, 'larr uarr rarr darr harr'],
  [8656, 'lArr uArr rArr dArr hArr'],
]
const single: Readonly<Record<string, number>> = {
  quot: 34,
  amp: 38,
  apos: 39,
  lt: 60,
  gt: 62,
  OElig: 338,
  oelig: 339,
  Scaron: 352,
  scaron: 353,
  Yuml: 376,
  fnof: 402,
  circ: 710,
  tilde: 732,
  thetasym: 977,
  upsih: 978,
  piv: 982,
  ensp: 8194,
  emsp: 8195,
  thinsp: 8201,
  zwnj: 8204,
  zwj: 8205,
  lrm: 8206,
  rlm: 8207,
  ndash: 8211,
  mdash: 8212,
  lsquo: 8216,
  rsquo: 8217,
  sbquo: 8218,
  ldquo: 8220,
  rdquo: 8221,
  bdquo: 8222,
  dagger: 8224,
  Dagger: 8225,
  bull: 8226,
  hellip: 8230,
  permil: 8240,
  prime: 8242,
  Prime: 8243,
  lsaquo: 8249,
  rsaquo: 8250,
  oline: 8254,
  frasl: 8260,
  euro: 8364,
  image: 8465,
  weierp: 8472,
  real: 8476,
  trade: 8482,
  alefsym: 8501,
  crarr: 8629,
  forall: 8704,
  part: 8706,
  exist: 8707,
  empty: 8709,
  nabla: 8711,
  isin: 8712,
  notin: 8713,
  ni: 8715,
  prod: 8719,
  sum: 8721,
  minus: 8722,
  lowast: 8727,
  radic: 8730,
  prop: 8733,
  infin: 8734,
  ang: 8736,
  and: 8743,
  or: 8744,
  cap: 8745,
  cup: 8746,
  int: 8747,
  there4: 8756,
  sim: 8764,
  cong: 8773,
  asymp: 8776,
  ne: 8800,
  equiv: 8801,
  le: 8804,
  ge: 8805,
  sub: 8834,
  sup: 8835,
  nsub: 8836,
  sube: 8838,
  supe: 8839,
  oplus: 8853,
  otimes: 8855,
  perp: 8869,
  sdot: 8901,
  lceil: 8968,
  rceil: 8969,
  lfloor: 8970,
  rfloor: 8971,
  lang: 9001,
  rang: 9002,
  loz: 9674,
  spades: 9824,
  clubs: 9827,
  hearts: 9829,
  diams: 9830,
}

const named = new Map<string, number>(Object.entries(single))
for (const [first, names] of lists) {
  for (const [i, name] of names.split(' ').entries()) if (name !== '-') named.set(name, first + i)
}
const names = new NameTable(named, true)

/** The bytes that an entity may have. */
const longest = 12

/** The code point of the entity that begins with the `&` at `at`, and where it ends. */
export interface Entity {
  codePoint: number
  end: number
}

/**
 * @param into takes the answer
 * @returns whether there is an entity
 */
export function readEntity(bytes: Uint8Array, at: number, to: number, into: Entity): boolean {
  if (bytes[at] !== AMPERSAND) return false
  const most = Math.min(to, at + longest)
  let end = at + 1
  while (end < most && bytes[end] !== SEMICOLON) end++
  if (end >= most || end === at + 1) return false
  into.end = end + 1
  into.codePoint = bytes[at + 1] === HASH ? numeric(bytes, at + 2, end) : (names.get(bytes, at + 1, end) ?? -1)
  return into.codePoint >= 0
}

function numeric(bytes: Uint8Array, from: number, to: number): number {
  const hex = (bytes[from]! | 32) === 0x78
  const digits = ascii(bytes, hex ? from + 1 : from, to)
  if (!(hex ? /^[0-9a-f]+$/i : /^[0-9]+$/).test(digits)) return -1
  const value = Number.parseInt(digits, hex ? 16 : 10)
  const usable = value <= 0x10ffff && (value < 0xd800 || value > 0xdfff) && (value >= 32 || value === 9 || value === 10)
  return usable ? value : -1
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!)
  return text
}

/** Writes the character in UTF-8. Returns where it ended. */
export function writeCodePoint(bytes: Uint8Array, at: number, codePoint: number): number {
  if (codePoint < 0x80) {
    bytes[at] = codePoint
    return at + 1
  }
  let to = at
  if (codePoint < 0x800) bytes[to++] = 0xc0 | (codePoint >> 6)
  else {
    if (codePoint < 0x10000) bytes[to++] = 0xe0 | (codePoint >> 12)
    else {
      bytes[to++] = 0xf0 | (codePoint >> 18)
      bytes[to++] = 0x80 | ((codePoint >> 12) & 63)
    }
    bytes[to++] = 0x80 | ((codePoint >> 6) & 63)
  }
  bytes[to++] = 0x80 | (codePoint & 63)
  return to
}
