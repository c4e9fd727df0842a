import type { BuildContext, Documents, Kind, Stage } from '@sluice/pipeline'
import { z } from 'zod'
import { decontaminate } from './decontaminate/decontaminate.ts'
import { dedup } from './dedup/dedup.ts'
import { minhash } from './dedup/minhash.ts'
import { filter } from './filter/filter.ts'
import { language } from './language/language.ts'
import { normalize } from './normalize/normalize.ts'
import { pii } from './pii/pii.ts'
import { qualityConfig } from './quality/config.ts'
import { quality } from './quality/quality.ts'
import type { RefinerOptions } from './stage/refiner.ts'

/** What every refining stage takes in a config. */
const shared = {
  rejects: z
    .string()
    .min(1)
    .optional()
    .describe(
      'JSON Lines file that gets the rejected documents with their reasons; relative to the folder of this config',
    ),
}

function refineKind<S extends z.ZodRawShape>(
  use: string,
  summary: string,
  shape: S,
  make: (options: any) => Stage<Documents, Documents>,
  parallel?: 'stateless',
): Kind<'refine', any, Stage<Documents, Documents>, BuildContext> {
  const place = (context: BuildContext): RefinerOptions => ({ id: context.id, baseDir: context.baseDir })
  const config = z.strictObject({ ...shape, ...shared })
  return {
    kind: 'refine',
    use,
    summary,
    config,
    ...(parallel ? { parallel } : {}),
    module: import.meta.url,
    build: (config, context) => make({ ...config, ...place(context) }),
  }
}

const mask = (what: string) =>
  z
    .union([z.string(), z.literal(false)])
    .optional()
    .describe(`what stands for ${what}; false leaves them`)

/** What a config's `refine` can use. */
export const refineKinds: readonly Kind<'refine', any, Stage<Documents, Documents>, BuildContext>[] = [
  refineKind(
    'normalize',
    'Unicode repaired and composed, control characters and stray white space taken out',
    {
      mojibake: z.boolean().default(true).describe('repair UTF-8 that was read as Windows-1252'),
      form: z
        .union([z.enum(['NFC', 'NFKC']), z.literal(false)])
        .default('NFC')
        .describe('Unicode normalization form'),
      controls: z.boolean().default(true).describe('control characters go, line ends become LF'),
      whitespace: z
        .enum(['lines', 'collapse', 'keep'])
        .default('lines')
        .describe('"lines": at line ends and around the text; "collapse": also several spaces become one; "keep"'),
    },
    normalize,
    'stateless',
  ),
  refineKind(
    'language',
    'The language of each document, told by its text; keeps those that are wanted',
    {
      keep: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe('ISO 639-1 codes of the languages to keep; default: all'),
      min: z.number().min(0).max(1).default(0.5).describe('least score at which a language is believed'),
    },
    language,
    'stateless',
  ),
  refineKind(
    'quality',
    'Published rules of quality: Gopher, its repetition, C4, FineWeb',
    qualityConfig,
    quality,
    'stateless',
  ),
  refineKind('dedup', 'Documents that stood there before go', {}, dedup),
  refineKind(
    'minhash',
    'Documents that are nearly one that stood there before go',
    {
      ngram: z.int().positive().default(5).describe('words in a run'),
      buckets: z.int().positive().max(64).default(14).describe('one whose hashes all agree makes a near-duplicate'),
      hashesPerBucket: z.int().positive().max(64).default(8).describe('hashes in a bucket'),
      seed: z.int().min(0).default(1).describe('of the hash functions'),
    },
    minhash,
  ),
  refineKind(
    'pii',
    'E-mail addresses, IP addresses and telephone numbers masked',
    {
      email: mask('e-mail addresses'),
      ip: mask('IP addresses'),
      phone: mask('telephone numbers'),
      privateAddresses: z.boolean().default(false).describe('mask IP addresses of private networks, too'),
    },
    pii,
    'stateless',
  ),
  refineKind(
    'decontaminate',
    'Documents that share a run of words with a list of texts go',
    {
      path: z
        .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
        .describe('files of texts, one a line; relative to the folder of this config'),
      ngram: z.int().min(2).default(13).describe('words in a row that give a text away'),
    },
    decontaminate,
    'stateless',
  ),
  refineKind(
    'filter',
    'Keeps what a function of your own wants to keep',
    { module: z.string().min(1).describe('file or package that exports the function by default') },
    filter,
    'stateless',
  ),
]
