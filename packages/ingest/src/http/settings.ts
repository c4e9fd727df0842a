import { byteSize } from '@sluice/pipeline'
import { z } from 'zod'

/** How files are fetched from a server. */
export interface HttpOptions {
  /** Times that a request is made again on end without a byte in between. Default 5, after 0.5 s, 1 s, 2 s … */
  readonly retries?: number
  /** Seconds to wait for an answer, and for more of one. Default 30. */
  readonly timeout?: number
  /** Redirects that are followed in a row. Default 10. */
  readonly redirects?: number
  /** Bytes over which a file is not read: a server may send without end. Default 1 TB. */
  readonly maxBytes?: number
}

export const httpDefaults: Required<HttpOptions> = { retries: 5, timeout: 30, redirects: 10, maxBytes: 1e12 }

/** The same in a config. */
export const httpConfig = z
  .strictObject({
    retries: z
      .int()
      .min(0)
      .default(httpDefaults.retries)
      .describe('times a request is made again without any progress'),
    timeout: z
      .number()
      .positive()
      .default(httpDefaults.timeout)
      .describe('seconds to wait for an answer, or more of it'),
    redirects: z.int().min(0).default(httpDefaults.redirects).describe('redirects that are followed in a row'),
    maxBytes: byteSize().default(httpDefaults.maxBytes).describe('bytes over which a file is not read, such as "20GB"'),
  })
  .prefault({})
  .describe('how files at http: and https: addresses are fetched')
