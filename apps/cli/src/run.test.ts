import { readFile, writeFile } from 'node:fs/promises'
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

test('generate: several prompts, each as if it were alone', async () => {
  const { folder, pipeline } = await project()
  await pipeline('run', 'config.json')
  const generate = (...argv: string[]) =>
    pipeline('generate', 'runs/tiny', '--seed', '3', '--max-tokens', '1', '--max-tokens', '6', ...argv)
  const [whale, sea] = [await generate('--prompt', 'the whale'), await generate('--prompt', 'a ship on the')]
  const both = await generate('--prompt', 'the whale', '--prompt', 'a ship on the')
  expect(both).toEqual({ code: 0, out: `${whale.out}\n${sea.out}`, err: '' })

  await writeFile(join(folder, 'prompts.txt'), 'the whale\n\na ship on the\n')
  await writeFile(join(folder, 'prompts.jsonl'), '{"prompt":"the whale"}\n{"text":"a ship on the"}\n')
  expect(await generate('--prompts', 'prompts.txt', '--batch-size', '1')).toEqual(both)
  expect(await generate('--prompts', 'prompts.jsonl')).toEqual(both)

  const { out } = await generate('--json', '--prompts', 'prompts.jsonl')
  const lines = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.map(({ prompt, text }) => `${prompt}${text}\n`)).toEqual([whale.out, sea.out])
  for (const { finish, seed, tokens, text } of lines) {
    expect([finish, seed, tokens.length]).toEqual(['length', 3, 6])
    for (const { id, logprob } of tokens) expect([Number.isInteger(id), logprob < 0]).toEqual([true, true])
    expect(text.startsWith(tokens.map(({ text }: { text: string }) => text).join(''))).toBe(true)
  }
  const end = lines[0].text.trim().split(' ')[0].slice(1, 3)
  const stopped = JSON.parse((await generate('--json', '--prompt', 'the whale', '--stop', 'zzz', '--stop', end)).out)
  expect([stopped.finish, stopped.text]).toEqual(['stop', lines[0].text.slice(0, lines[0].text.indexOf(end))])

  await writeFile(join(folder, 'bad.jsonl'), '{"prompt":"the"}\n{"prompt":1}\n')
  await writeFile(join(folder, 'empty.txt'), '\n')
  const errors = await Promise.all(
    [[], ['--prompts', 'bad.jsonl'], ['--prompts', 'empty.txt'], ['--prompts', 'no.txt']].map(argv =>
      generate(...argv),
    ),
  )
  expect(errors.map(({ code, err }) => [code, err])).toEqual([
    [2, 'pipeline: prompt is missing: pipeline generate <run>; give --prompt "…", or a file of them with --prompts\n'],
    [1, `pipeline: ${join(folder, 'bad.jsonl')}: line 2: expected an object with a string "prompt" or "text"\n`],
    [2, `pipeline: ${join(folder, 'empty.txt')}: holds no prompt; write one to a line\n`],
    [expect.any(Number), expect.stringContaining('no.txt')],
  ])
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

test('a note of a stage is told once: where the text ends, and where the run is stopped', async () => {
  const note = /pack: packed \d+ tokens/g
  const ended = await project()
  expect((await ended.pipeline('run', 'config.json')).out.match(note)).toHaveLength(1)

  const { start } = await project({ train: { ...tiny.train, steps: 100_000, evaluateEvery: 50_000 } })
  const { console, done } = start(['run', 'config.json'])
  while (!console.out().includes('step 1/')) await new Promise(resolve => setTimeout(resolve, 5))
  console.interrupt('SIGTERM')
  expect(await done).toBe(143)
  expect(console.out().match(note)).toHaveLength(1)
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
