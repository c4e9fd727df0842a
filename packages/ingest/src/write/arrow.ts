import { type Documents, documentsSchema } from '@sluice/pipeline'
import { AsyncByteQueue, RecordBatchFileWriter, RecordBatchStreamWriter } from 'apache-arrow'
import type { Output } from './output.ts'
import type { DocumentWriter } from './writer.ts'

/** Takes what Arrow's writer gives, to be passed on when there is room. */
class Chunks extends AsyncByteQueue {
  taken: Uint8Array[] = []
  override write(value: Uint8Array): void {
    if (value.byteLength > 0) this.taken.push(value)
  }
}

/** Arrow IPC: a record batch as it is, the schema of documents before the first. Parts stay rows of their own. */
export function arrowWriter(output: Output, format: 'file' | 'stream'): DocumentWriter {
  const chunks = new Chunks()
  const writer = format === 'file' ? new RecordBatchFileWriter<Documents>() : new RecordBatchStreamWriter<Documents>()
  writer.reset(chunks as never, documentsSchema)

  async function flush(): Promise<void> {
    const { taken } = chunks
    chunks.taken = []
    for (const bytes of taken) await output.write(bytes)
  }

  return {
    async write(batch) {
      writer.write(batch)
      await flush()
    },
    async end() {
      writer.finish()
      await flush()
    },
  }
}
