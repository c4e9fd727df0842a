import type { ServerResponse } from 'node:http'
import { SluiceError } from '@sluice/pipeline'
import type { Refusal } from '../../protocol.ts'

export function answerJson(response: ServerResponse, status: number, body: string | Uint8Array): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(body)
}

export function refuse(response: ServerResponse, status: number, error: Refusal['error']): void {
  const body: Refusal = { error }
  answerJson(response, status, JSON.stringify(body))
}

/** An error as an answer: what the caller asked is 400, anything else 500. Never a stack. */
export function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  if (!(error instanceof SluiceError)) {
    refuse(response, 500, { message: `unexpected: ${error instanceof Error ? error.message : String(error)}` })
    return
  }
  const where = [error.stage, error.file, error.place].filter(part => part !== undefined).join(': ')
  const message = where ? `${where}: ${error.message}` : error.message
  refuse(response, error.exitCode === 2 ? 400 : 500, {
    message,
    ...(error.advice === undefined ? {} : { advice: error.advice }),
  })
}

/** A page of plain text, for who cannot be let in. */
export function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`${text}\n`)
}
