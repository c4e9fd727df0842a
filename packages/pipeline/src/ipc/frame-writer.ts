import { AsyncByteQueue, type Message, type MessageHeader, RecordBatchStreamWriter, type Schema } from 'apache-arrow'
import { KeyValue } from 'apache-arrow/fb/key-value'
import { Message as FlatMessage } from 'apache-arrow/fb/message'
import { RecordBatch as BatchHeader } from 'apache-arrow/ipc/metadata/message'
import { Builder } from 'flatbuffers'
import type { Frame } from '../contract/frame.ts'

/** Keys under which a record batch carries, as JSON, what makes it a frame. */
export const cursorKey = 'sluice.cursor'
export const seqKey = 'sluice.seq'

/** Takes what Arrow's writer gives. */
class Pieces extends AsyncByteQueue {
  taken: Uint8Array[] = []
  override write(value: Uint8Array): void {
    if (value.byteLength > 0) this.taken.push(value)
  }
}

/**
 * Arrow's writer of IPC streams, with `custom_metadata` at each record batch, which it has no means for. pyarrow gives it back by
 * `read_next_batch_with_custom_metadata`. https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */
class AnnotatingWriter extends RecordBatchStreamWriter {
  annotations: readonly (readonly [key: string, value: string])[] = []

  protected override _writeMessage<T extends MessageHeader>(message: Message<T>, alignment = 8): this {
    if (!message.isRecordBatch()) return super._writeMessage(message, alignment)
    const encoded = this.#encoded(message)
    const padding = -encoded.byteLength & (alignment - 1)
    return this._write(Int32Array.of(-1, encoded.byteLength + padding))
      ._write(encoded)
      ._writePadding(padding)
  }

  #encoded(message: Message<MessageHeader.RecordBatch>): Uint8Array {
    const builder = new Builder()
    const header = BatchHeader.encode(builder, message.header())
    const entries = this.annotations.map(([key, value]) =>
      KeyValue.createKeyValue(builder, builder.createString(key), builder.createString(value)),
    )
    const metadata = FlatMessage.createCustomMetadataVector(builder, entries)
    FlatMessage.startMessage(builder)
    FlatMessage.addVersion(builder, message.version as never)
    FlatMessage.addHeader(builder, header)
    FlatMessage.addHeaderType(builder, message.headerType)
    FlatMessage.addBodyLength(builder, BigInt(message.bodyLength))
    FlatMessage.addCustomMetadata(builder, metadata)
    FlatMessage.finishMessageBuffer(builder, FlatMessage.endMessage(builder))
    return builder.asUint8Array()
  }
}

/** Writes frames as an Arrow IPC stream that any Arrow library reads: cursor and seq are metadata of each record batch. */
export class FrameWriter {
  readonly #pieces = new Pieces()
  readonly #writer = new AnnotatingWriter()

  constructor(schema: Schema) {
    this.#writer.reset(this.#pieces as never, schema)
  }

  /** What the stream goes on with: the schema, too, at the first call. The pieces are views of the batch's own memory. */
  pieces(frame: Frame): Uint8Array[] {
    this.#writer.annotations = [
      [cursorKey, JSON.stringify(frame.cursor)],
      [seqKey, String(frame.seq)],
    ]
    this.#writer.write(frame.batch)
    return this.#take()
  }

  /** What the stream ends with. One that is cut lacks it. */
  end(): Uint8Array[] {
    this.#writer.finish()
    return this.#take()
  }

  #take(): Uint8Array[] {
    const { taken } = this.#pieces
    this.#pieces.taken = []
    return taken
  }
}
