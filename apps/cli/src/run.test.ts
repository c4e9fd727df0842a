import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { project, tiny } from './testing/project.ts'

const esc = '\u001b'
const erasure = new RegExp(`${esc}\\[(?<lines>\\d+)A${esc}\\[0J`)

test('run, resume with more steps, generate', async () => {
  const { folder, pipeline } = await project()
  const run = await pipeline('run', 'config.json')
  expect([run.code, run.err]).toEqual([0, ''])
  expect(run.out).toMatch(/^tokenizer: bpe\n/)
  expect(run.out).toMatch(/\nstep 1\/4: loss \d\.\d{3}\n/)
  expect(run.out).toMatch(/\nstep 4: evaluation loss \d\.\d{3} \(unigram \d\.\d{3}, bigram \d\.\d{3}\)\n/)
  expect(run.out).toMatch(/\ntiny finished\n4 of 4 steps · 64 tokens in /)
  expect(run.out).toMatch(/\nWhat training changed\n/)
  expect(run.out).not.toContain(esc)
  expect(run.out.slice(run.out.indexOf('\nReport'))).toMatch(`
Report
${join(folder, 'runs/tiny/report.html')}

Next
`)
  expect(run.out).toMatch(/ {2}(npx )?pipeline generate runs\/tiny --prompt the\n/)
  expect(run.out).toMatch(/ {2}(npx )?pipeline run config\.json --resume --steps 8\n/)

  const resumed = await pipeline('run', 'config.json', '--resume', '--steps', '8')
  expect([resumed.code, resumed.err]).toEqual([0, ''])
  expect(resumed.out).toContain('8 of 8 steps')

  const story = (...more: string[]) =>
    pipeline('generate', 'runs/tiny', '--prompt', 'the whale', '--seed', '3', '--max-tokens', '5', ...more)
  const told = await story()
  expect([told.code, told.err]).toEqual([0, ''])
  expect(told.out).toMatch(/^the whale[\s\S]+\n$/)
  expect(await story()).toEqual(told)
  expect((await story('--checkpoint', '0')).out).not.toBe(told.out)
})

test('--json: one event a line, the summary last; --name and --runs-dir', async () => {
  const { folder, pipeline } = await project()
  const { code, out, err } = await pipeline(
    'run',
    'config.json',
    '--json',
    '--name',
    'other',
    '--runs-dir',
    'elsewhere',
  )
  expect([code, err]).toEqual([0, ''])
  const events = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(events.filter(({ type }) => type === 'metric').map(({ step }) => step)).toEqual([1, 2, 3, 4])
  expect(events.at(-1)).toMatchObject({ type: 'summary', name: 'other', step: 4, outcome: 'finished' })
  const resolved = JSON.parse(await readFile(join(folder, 'elsewhere/other/config.json'), 'utf8'))
  expect(resolved).toMatchObject({ name: 'other', seed: 1, model: tiny.model })
})

test('Ctrl-C: a checkpoint, 130, and the run can go on; a second one ends at once', async () => {
  const { start, pipeline } = await project({ train: { ...tiny.train, steps: 100_000, evaluateEvery: 50_000 } })
  const { console, done } = start(['run', 'config.json'])
  while (!console.out().includes('step 1/')) await new Promise(resolve => setTimeout(resolve, 5))
  console.interrupt()
  console.interrupt()
  expect(console.exits).toEqual([130])
  expect(await done).toBe(130)
  expect(console.err()).toBe('pipeline: stopping after a checkpoint is written; press Ctrl-C again to end at once\n')
  expect(console.out()).toMatch(/\ntiny stopped\n\d+ of 100,000 steps/)
  const step = Number(/\n([\d,]+) of 100,000 steps/.exec(console.out())![1]!.replace(',', ''))
  const resumed = await pipeline('run', 'config.json', '--resume', '--steps', String(step + 1))
  expect(resumed.code).toBe(0)
  expect(resumed.out).toContain(`step ${step + 1}: evaluation loss`)
})

test('on a terminal one live block is drawn over, and gone in the end', async () => {
  const { start } = await project()
  const { console, done } = start(['run', 'config.json'], { tty: true })
  expect(await done).toBe(0)
  const out = console.out()
  expect(out).toMatch(/━+ 100 % {2}step 4 of 4/)
  expect(out).toMatch(erasure)
  expect(screen(out)).not.toMatch(/step 4 of 4/)
  expect(screen(out)).toMatch(/evaluation loss/)
})

/** What a terminal shows after all that was written: lines that were erased are gone. */
function screen(out: string): string {
  const lines: string[] = ['']
  for (const part of out.split(new RegExp(`(${erasure.source}|\n)`))) {
    const up = erasure.exec(part)?.groups?.lines
    if (up !== undefined) lines.splice(lines.length - 1 - Number(up), Number(up) + 1, '')
    else if (part === '\n') lines.push('')
    else if (/^\d+$/.test(part)) continue
    else lines[lines.length - 1] += part
  }
  return lines.join('\n')
}
