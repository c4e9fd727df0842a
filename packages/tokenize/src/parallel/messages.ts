/** Texts, UTF-8, end to end: text `i` is `bytes[offsets[i] … offsets[i + 1])`. */
export interface Utf8Texts {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly offsets: Int32Array<ArrayBuffer>
}

/** Ids of text `i` are `ids[offsets[i] … offsets[i + 1])`. */
export interface EncodedTexts {
  readonly ids: Int32Array<ArrayBuffer>
  readonly offsets: Int32Array<ArrayBuffer>
}
