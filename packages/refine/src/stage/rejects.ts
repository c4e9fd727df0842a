import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { storageError } from '@sluice/pipeline'
import type { Document } from './document.ts'

/** Rejected documents as JSON Lines, each with the stage and the reason. */
export interface Rejects {
  add(document: Document, reason: string): void
  /** Writes what was added down. */
  flush(): void
  /** Bytes written: the position to go on from. */
  readonly length: number
  close(): void
}

/**
 * @param length bytes of an earlier session that count; what is behind them belongs to documents that come again
 * @throws StorageError where the file cannot be written
 */
export function openRejects(path: string, stage: string, length: number): Rejects {
  const refused = <T>(operation: () => T): T => {
    try {
      return operation()
    } catch (error) {
      throw storageError('the rejected documents cannot be written', path, error)
    }
  }
  const file = refused(() => {
    mkdirSync(dirname(path), { recursive: true })
    const opened = openSync(path, length > 0 ? 'r+' : 'w')
    ftruncateSync(opened, length)
    return opened
  })
  let lines: string[] = []
  let written = length
  return {
    get length() {
      return written
    },
    add({ id, source, part, last, lang, columns, text }, reason) {
      const { url, created, metadata } = columns
      const parts = part === 0 && last ? {} : { part, last }
      lines.push(`${JSON.stringify({ id, source, ...parts, stage, reason, url, created, lang, metadata, text })}\n`)
    },
    flush() {
      if (lines.length === 0) return
      const bytes = Buffer.from(lines.join(''))
      lines = []
      refused(() => {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, written + at)
      })
      written += bytes.length
    },
    close: () => closeSync(file),
  }
}
