import { expect, test } from 'vitest'
import { bpeCutNames, bpeCuts } from './cuts.ts'
import { alone, leading } from './openings.ts'

test.each(bpeCutNames)('%s: the first two bytes tell what the cut says', name => {
  const { openings, end } = bpeCuts[name]
  const wrong: number[][] = []
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 128; second++) {
      const told = openings[first | (second << 8)]!
      if (told !== alone && told !== leading) continue
      for (const third of Buffer.from("ael1 \n\r\t.'_")) {
        const letters = /[a-z]/i.test(String.fromCharCode(third)) ? 3 : 2
        const stop = end(Uint8Array.of(first, second, third, 0x01), 0, 4)
        if (stop !== (told === alone ? 1 : letters)) wrong.push([first, second, third, stop])
      }
    }
  }
  expect(wrong).toEqual([])
})
