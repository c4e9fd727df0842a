import { DataError, StateError, StorageError } from '@sluice/pipeline'

/** A fault that may be gone at the next try. */
export class PassingFault extends Error {
  /** Seconds that the server asks to wait. */
  readonly wait: number | undefined

  constructor(message: string, options: ErrorOptions & { readonly wait?: number | undefined } = {}) {
    super(message, options)
    this.wait = options.wait
  }
}

/** Codes of Node and the system for what another try may mend: not a name that nobody knows, nor a wrong certificate. */
const passing = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
])

/** Statuses of which RFC 9110 and 6585 say that the same request may succeed later. */
const busy = new Set([408, 425, 429, 500, 502, 503, 504])

export function connectionFault(file: string, cause: unknown): PassingFault | StorageError {
  const { code, message } = cause as NodeJS.ErrnoException
  const what = `the connection failed (${code ?? message})`
  if (code !== undefined && passing.has(code)) return new PassingFault(what, { cause })
  const advice =
    code === 'ENOTFOUND' ? 'check the name of the server' : 'check the address, and that this machine may reach it'
  return new StorageError(what, { file, advice, cause })
}

/** @param after the header `Retry-After`: seconds or a date */
export function statusFault(file: string, status: string, after: string | undefined): PassingFault | StorageError {
  const code = Number.parseInt(status, 10)
  const what = `the server answered ${status}`
  if (busy.has(code)) {
    const seconds = after === undefined ? Number.NaN : Number(after)
    const until = after === undefined ? Number.NaN : (Date.parse(after) - Date.now()) / 1000
    const wait = [seconds, until].find(value => value >= 0)
    return new PassingFault(what, wait === undefined ? {} : { wait })
  }
  return new StorageError(what, { file, advice: adviceFor(code) })
}

function adviceFor(code: number): string {
  if (code === 401 || code === 403)
    return 'check that it may be read without signing in, or write https://name:password@…'
  if (code === 404 || code === 410) return 'check the spelling of the address'
  return 'see whether a browser can open the address'
}

export function changed(file: string, difference: string): StateError {
  return new StateError(`the file on the server is not the one that was begun: ${difference}`, {
    file,
    advice: 'start a new run, or name a copy that does not change',
  })
}

export function tooLarge(file: string, most: number): DataError {
  return new DataError(`it has over ${most} bytes`, {
    file,
    advice: 'raise http.maxBytes, if it is meant to be so large',
  })
}

/** After the last try. */
export function givenUp(file: string, fault: PassingFault, place: { byte: number; tries: number }): StorageError {
  const tries = place.tries === 1 ? 'one try' : `${place.tries} tries`
  return new StorageError(`${fault.message}, after ${tries}`, {
    file,
    place: `byte ${place.byte}`,
    advice: 'try again later, or fetch the file first and name the copy',
    cause: fault,
  })
}
