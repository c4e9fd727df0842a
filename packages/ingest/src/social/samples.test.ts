import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readAll } from '../testing/documents.ts'
import { expectResumes } from '../testing/resume.ts'
import { social } from './social.ts'

const baseDir = fileURLToPath(new URL('../../../../../shared/data/samples', import.meta.url))
const golden = JSON.parse(readFileSync(new URL('golden/samples.json', import.meta.url), 'utf8')) as Record<
  string,
  [id: string, seconds: number, crc32: number][]
>
const words = (text: string): number =>
  crc32((text.replace(/(?<!\w)u\/user|@user/g, ' ').match(/[\p{L}\p{N}]+/gu) ?? []).join(' '))

// Files that lie beside the repository on some machines: real, and not ours to ship.
describe.skipIf(!existsSync(baseDir))('samples', () => {
  test.each(Object.keys(golden))('%s: every comment and post, in its words', async name => {
    const rows = await readAll(social({ path: `social/${name}`, baseDir }))
    expect(rows.map(row => [row.id, row.created! / 1000, words(row.text)])).toEqual(golden[name])
  })

  test('threads hold the same posts', async () => {
    const path = 'social/reddit-RC-praw.jsonl'
    const rows = await expectResumes(social({ path, baseDir, threads: true, threadBytes: 10_000, frameBytes: 2000 }))
    const posts = rows.reduce((sum, row) => sum + Number(row.metadata!.posts), 0)
    expect(posts).toBe(golden['reddit-RC-praw.jsonl']!.length)
  })
})
