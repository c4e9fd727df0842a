import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { SluiceError } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { bunzip2Reader } from '../bzip2/bunzip2.ts'
import { rowsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { mutated } from '../testing/mutate.ts'
import { mutations, mutationsTimeout } from '../testing/mutations.ts'
import { bytesReader, drain } from '../testing/readers.ts'
import { wiki } from './wiki.ts'

const folder = await testFolder()
const fixture = JSON.parse(readFileSync(new URL('golden/fixture.json', import.meta.url), 'utf8'))
const streams = Buffer.from(fixture.streams, 'base64')
const whole = (await drain(bunzip2Reader(bytesReader(streams), 'fixture'), 65_536)).toString()
// Few pages: damage is more likely to be where it matters.
const xml = Buffer.from(`${whole.split('</page>').slice(0, 7).join('</page>')}</page>\n</mediawiki>\n`)
const markup = Buffer.from(
  xml
    .toString()
    .replaceAll(
      'Line',
      "{{a|b=[[c|''d'']]}} &lt;ref&gt;e&lt;/ref&gt; {| f\n| g\n|} -{h}- [http://i j] &amp;nbsp; Line",
    ),
)
const variants: readonly (readonly [string, Uint8Array])[] = [
  ['xml', xml],
  ['markup', markup],
  ['bzip2', streams.subarray(0, 3200)],
  ['gzip', gzipSync(xml)],
  ['utf16', Buffer.from(`\ufeff${xml.toString()}`, 'utf16le')],
]

test(
  `dumps changed ${mutations} times: documents, or a clear error`,
  async () => {
    const before = process.memoryUsage().arrayBuffers
    let read = 0
    for (let i = 0; i < mutations; i++) {
      const [name, bytes] = variants[i % variants.length]!
      await folder.write(name, mutated(bytes, `wiki ${name}`, i))
      const source = wiki({
        path: name,
        baseDir: folder.path,
        onError: 'skip',
        tables: i & 1 ? 'cells' : 'drop',
        captions: (i & 2) > 0,
        threads: 0,
      })
      try {
        for await (const frame of source.read(undefined, new AbortController().signal)) {
          for (const row of rowsOf(frame)) expect(row.id).toBeTypeOf('string')
        }
        read++
      } catch (error) {
        if (!(error instanceof SluiceError)) throw new Error(`mutation ${i} of ${name}`, { cause: error })
        expect(error.message).not.toBe('')
        expect(error.file).toBeDefined()
      }
    }
    expect(read).toBeGreaterThan(0)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300_000_000)
  },
  mutationsTimeout,
)
