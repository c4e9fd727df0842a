import { ConfigError } from '../errors.ts'

/** So many documents, or so many bytes of text: one of the two. */
export type Quantity =
  | { readonly documents: number; readonly bytes?: undefined }
  | { readonly bytes: number; readonly documents?: undefined }

/** @throws ConfigError unless it is one whole number that is not negative */
export function amountOf(
  quantity: Quantity,
  what: string,
  stage: string,
): { unit: 'bytes' | 'documents'; amount: number } {
  const { bytes, documents } = quantity
  if ((bytes === undefined) === (documents === undefined)) {
    throw new ConfigError(`${what} needs either documents or bytes`, { stage })
  }
  const unit = bytes === undefined ? 'documents' : 'bytes'
  const amount = bytes ?? documents!
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new ConfigError(`${what} must be a whole number of ${unit}, found ${amount}`, { stage })
  }
  return { unit, amount }
}
