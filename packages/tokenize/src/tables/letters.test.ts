import { expect, test } from 'vitest'
import { noLetters } from './letters.ts'

test('tells letters from all other bytes, in every place', () => {
  for (let byte = 0; byte < 256; byte++) {
    const none = /[a-z]/i.test(String.fromCharCode(byte)) ? 0 : 1
    for (let place = 0; place < 4; place++) {
      for (const others of [0x61, 0x5a, 0x20, 0xff, 0x00, 0x7f]) {
        const bytes = new Uint8Array(4).fill(others)
        bytes[place] = byte
        const rest = others === 0x61 || others === 0x5a ? 0 : 0b1111 & ~(1 << place)
        expect(noLetters(new DataView(bytes.buffer).getInt32(0, true))).toBe(rest | (none << place))
      }
    }
  }
})
