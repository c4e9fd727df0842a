import { expect, test } from 'vitest'
import { project, tiny } from '../testing/project.ts'

test('blame lists the worst documents, replay shows what they were', async () => {
  const { pipeline } = await project({ train: { ...tiny.train, blame: true } })
  expect((await pipeline('run', 'config.json')).code).toBe(0)
  const blamed = await pipeline('blame', 'runs/tiny', '--step', '3')
  expect(blamed.out).toMatch(
    /^ {3}loss {3}excess {2}tokens {2}document\n {2}\d\.\d{3} {4}0\.000 {6}16 {2}text\/\S*a\.txt\n$/,
  )
  const all = await pipeline('blame', 'runs/tiny', '--top', '1')
  expect(all.out).toMatch(/ {6}64 {2}text\/\S*a\.txt {2}\(steps 1, 2, 3 and 1 more\)\n$/)
  const [worst] = JSON.parse((await pipeline('blame', 'runs/tiny', '--step', '3', '--json')).out)
  expect(worst).toMatchObject({ source: 'text', tokens: 16, steps: [3] })

  const shown = await pipeline('replay', 'runs/tiny', '--step', '3')
  expect(shown.out).toMatch(
    /^step 3: 2 rows of 9 tokens, read on from the checkpoint of step 2\n\ntext\/\S*a\.txt {2}tokens 0-8 of row 1\n/,
  )
  const { rows } = JSON.parse((await pipeline('replay', 'runs/tiny', '--step', '3', '--json')).out)
  expect(rows.map(({ ids }: { ids: number[] }) => ids.length)).toEqual([9, 9])
  expect(shown.out).toContain(rows[1].spans[0].text)
  expect(await pipeline('replay', 'runs/tiny', '--step', '3', '--base-dir', 'elsewhere')).toMatchObject({ code: 2 })
  expect(await pipeline('blame', 'runs/tiny', '--top', '0')).toMatchObject({
    code: 2,
    err: 'pipeline: --top must be a whole number above 0, not 0\n',
  })
})
