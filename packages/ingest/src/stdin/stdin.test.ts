import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { StateError } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { files } from '../files/files.ts'
import { jsonl } from '../jsonl/jsonl.ts'
import { framesOf, positionsOf, readAll, rowsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { expectResumes } from '../testing/resume.ts'

const folder = await testFolder()
const lines = Array.from({ length: 2000 }, (_, i) => `${JSON.stringify({ text: `line ${i} of many` })}\n`)
const input = Buffer.from(lines.join(''))
/** A pipe that gives the bytes 1,000 at a time, and counts how many it gave. */
function pipe(bytes: Buffer = input): Readable & { given: number } {
  let at = 0
  const stream = new Readable({
    highWaterMark: 1000,
    read() {
      const chunk = bytes.subarray(at, at + 1000)
      at += chunk.length
      Object.assign(stream, { given: at })
      stream.push(chunk.length === 0 ? null : chunk)
    },
  })
  return Object.assign(stream, { given: 0 })
}

test('can be read over and over, and resumed, packed or not', async () => {
  for (const bytes of [input, gzipSync(input)]) {
    const source = jsonl({ path: '-', stdin: pipe(bytes), frameBytes: 4000 })
    const rows = await expectResumes(source)
    expect(rows).toHaveLength(2000)
    expect(rows[6]!.id).toBe('stdin#7')
  }
})

test('is known by its content, a format that needs its end included', async () => {
  expect(await readAll(files({ path: '-', stdin: pipe() }))).toHaveLength(2000)
  const parquet = await readFile(new URL('../parquet/golden/snappy.parquet', import.meta.url))
  expect(await readAll(files({ path: '-', stdin: pipe(parquet), onError: 'skip' }))).toHaveLength(39)
})

test('is read no further than is asked for', async () => {
  const stdin = pipe(Buffer.concat(Array<Buffer>(100).fill(input)))
  for await (const _ of jsonl({ path: '-', stdin, frameBytes: 1000 }).read(undefined, new AbortController().signal))
    break
  expect(stdin.given).toBeLessThan(1_000_000)
})

test('several readings share it', async () => {
  const stdin = pipe()
  const make = () => jsonl({ path: '-', stdin, frameBytes: 4000 })
  const [one, two] = await Promise.all([readAll(make()), readAll(make())])
  expect(one).toEqual(two)
})

describe('in the folder of a run', () => {
  /** More than the first frame needs. */
  const long = Buffer.concat(Array<Buffer>(4).fill(input))
  const scratchDir = (name: string) => join(folder.path, name)

  test('what was read to its end needs no input any more', async () => {
    const dir = scratchDir('whole')
    const first = jsonl({ path: '-', stdin: pipe(), scratchDir: dir, frameBytes: 4000 })
    const frames = await framesOf(first)
    expect(input.equals(await readFile(join(dir, 'stdin')))).toBe(true)
    const later = jsonl({ path: '-', stdin: pipe(Buffer.alloc(0)), scratchDir: dir, frameBytes: 4000 })
    expect(await readAll(later, positionsOf(frames, 'jsonl')[3]!)).toEqual(frames.slice(4).flatMap(rowsOf))
  })

  const begun = async (name: string) => {
    const source = jsonl({ path: '-', stdin: pipe(long), scratchDir: scratchDir(name), frameBytes: 4000 })
    for await (const frame of source.read(undefined, new AbortController().signal)) {
      return JSON.parse(JSON.stringify(frame.cursor.jsonl))
    }
  }

  test('what was not goes on with the same input', async () => {
    const position = await begun('part')
    expect(existsSync(join(scratchDir('part'), 'stdin.part'))).toBe(true)
    const again = jsonl({ path: '-', stdin: pipe(long), scratchDir: scratchDir('part'), frameBytes: 4000 })
    const all = await readAll(jsonl({ path: '-', stdin: pipe(long), frameBytes: 4000 }))
    const rest = await readAll(again, position)
    expect(rest).toEqual(all.slice(-rest.length))
    expect(long.equals(await readFile(join(scratchDir('part'), 'stdin')))).toBe(true)
  })

  test.each([
    ['shorter', input.subarray(0, 10), 'it has 10 bytes, and the run had read '],
    ['other', Buffer.concat([Buffer.from('{"text":"other"}\n'), long]), 'it differs at byte 9'],
  ])('and not with %s input', async (name, bytes, difference) => {
    const position = await begun(name)
    const again = jsonl({ path: '-', stdin: pipe(bytes), scratchDir: scratchDir(name), frameBytes: 4000 })
    const error = await readAll(again, position).catch(error => error)
    expect(error).toBeInstanceOf(StateError)
    expect(String(error)).toContain(`jsonl: stdin: standard input is not what the run had read: ${difference}`)
    expect(error.advice).toBe('give it the same text again from its beginning, or start a new run')
  })

  test('it goes along when a run gets its folder', async () => {
    const stdin = pipe(long)
    const source = jsonl({ path: '-', stdin, scratchDir: scratchDir('before'), frameBytes: 4000 })
    for await (const _ of source.read(undefined, new AbortController().signal)) break
    expect(await readAll(jsonl({ path: '-', stdin, scratchDir: scratchDir('after') }))).toHaveLength(8000)
    expect(existsSync(join(scratchDir('before'), 'stdin.part'))).toBe(false)
    expect(long.equals(await readFile(join(scratchDir('after'), 'stdin')))).toBe(true)
  })
})
