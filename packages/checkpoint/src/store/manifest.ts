import { DataError, StateError } from '@sluice/pipeline'
import { z } from 'zod'

/** Version of the directory's layout, in manifest.json and state.json. Readers refuse any other. */
export const layoutVersion = 1

const manifestSchema = z.object({
  version: z.literal(layoutVersion),
  files: z.record(
    z.string(),
    z.object({
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** May have been taken away later: the optimizer's state, of a checkpoint kept for its weights. */
      optional: z.boolean().optional(),
    }),
  ),
})

/** Size and SHA-256 of every other file of the directory. */
export type Manifest = z.infer<typeof manifestSchema>

/** @throws StateError for another version, DataError for anything else that is wrong */
export function parseManifest(text: string, file: string): Manifest {
  return parseVersioned(text, file, manifestSchema)
}

/** JSON with a version in it: the version is looked at first, since what follows hangs on it. */
export function parseVersioned<T>(text: string, file: string, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new DataError(`expected JSON: ${(cause as Error).message}`, { file, cause })
  }
  const version = (json as { version?: unknown } | null)?.version
  if (version !== layoutVersion) {
    throw new StateError(`expected version ${layoutVersion} of the layout, found ${JSON.stringify(version)}`, {
      file,
      advice: 'it was written by another version of Sluice: read it with that one',
    })
  }
  const checked = schema.safeParse(json)
  if (checked.success) return checked.data
  const issue = checked.error.issues[0]!
  throw new DataError(issue.message, { file, place: issue.path.join('.') })
}
