import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tail } from './tail.ts'

let folder: string
let path: string
let told: unknown[]
let resets: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-tail-'))
  path = join(folder, 'log.jsonl')
  told = []
  resets = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open() {
  const reset = () => {
    resets++
    told = []
  }
  const file = tail({ path, line: record => told.push(record), reset })
  return { ...file, all: () => (file.read() ? undefined : told), file }
}

test('tells whole lines once, whatever the pieces they come in', () => {
  const log = open()
  expect(log.all()).toEqual([])
  writeFileSync(path, '{"a":1}\n{"a"')
  expect(log.all()).toEqual([{ a: 1 }])
  appendFileSync(path, ':"\u00e9')
  log.all()
  appendFileSync(path, '"}\n\n{"a":3}\n')
  expect(log.all()).toEqual([{ a: 1 }, { a: 'é' }, { a: 3 }])
  expect(log.all()).toHaveLength(3)
  expect(resets).toBe(0)
})

test('begins anew where the file was cut, replaced or taken away', () => {
  writeFileSync(path, '{"a":1}\n{"a":2}\n{"a":3}\n')
  const log = open()
  log.all()
  truncateSync(path, 8)
  expect(log.all()).toEqual([{ a: 1 }])
  expect(resets).toBe(1)
  // Cut, and longer than before again by the time one looks.
  appendFileSync(path, '{"a":2}\n')
  log.all()
  writeFileSync(path, '{"a":1}\n{"a":7}\n{"a":8}\n')
  expect(log.all()).toEqual([{ a: 1 }, { a: 7 }, { a: 8 }])
  writeFileSync(`${path}.new`, '{"a":1}\n{"a":7}\n{"a":8}\n{"a":9}\n')
  renameSync(`${path}.new`, path)
  expect(log.all()).toEqual([{ a: 1 }, { a: 7 }, { a: 8 }, { a: 9 }])
  rmSync(path)
  expect(log.all()).toEqual([])
  writeFileSync(path, '{"a":5}\n')
  expect(log.all()).toEqual([{ a: 5 }])
})

test('passes over what is damaged, and counts it', () => {
  writeFileSync(path, 'nonsense\n{"a":1}\n{"half\n{"a":2}\n')
  const log = open()
  expect(log.all()).toEqual([{ a: 1 }, { a: 2 }])
  expect(log.file.damaged).toBe(2)
})

test('reads a long file a piece at a time, and no endless line', () => {
  writeFileSync(path, `${'x'.repeat(17 << 20)}\n${'{"a":1}\n'.repeat(100_000)}`)
  const log = open()
  let reads = 1
  while (log.file.read()) reads++
  expect(reads).toBeGreaterThan(60)
  expect(told).toHaveLength(100_000)
  expect(log.file.damaged).toBe(1)
})
