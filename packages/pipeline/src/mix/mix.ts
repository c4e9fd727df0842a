import type { TypeMap } from 'apache-arrow'
import type { Frame, Json } from '../contract/frame.ts'
import { frameBytes } from '../contract/frame-bytes.ts'
import type { Source } from '../contract/source.ts'
import { ConfigError, SchemaError } from '../errors.ts'
import { differingField } from '../schemas/require.ts'
import { repeat } from './repeat.ts'

export interface MixOptions<O extends TypeMap> {
  /** Default `mix`. */
  id?: string
  /** Weights are relative: 2 and 1 mean two thirds and one third. */
  sources: readonly { source: Source<O>; weight: number }[]
  /** What is weighed: bytes of the frames' rows, or rows. Default `bytes`. */
  unit?: 'bytes' | 'documents'
  /** How often each source may be read. Default: as for `repeat`. */
  epochs?: number
}

/** What a source has given to a mix. */
export interface MixShare {
  readonly id: string
  /** The share asked for, 0 to 1. */
  readonly asked: number
  /** Bytes or documents given so far, in this run and those it resumed. */
  readonly given: number
  /** Its share of what all have given; 0 before anything was. */
  readonly achieved: number
}

export interface Mix<O extends TypeMap = any> extends Source<O> {
  shares(): readonly MixShare[]
}

/** Source id to what it has given and where it stands. */
type MixPosition = Readonly<Record<string, { readonly given: number; readonly at: Json }>>

interface Member<O extends TypeMap> {
  readonly source: Source<O>
  readonly weight: number
  given: number
  at: Json | undefined
  frames: AsyncIterator<Frame<O>> | undefined
  ended: boolean
}

/**
 * Several sources as one, in the proportion of their weights. The next frame is taken from the source that lacks most of
 * its share, so the order is a function of the frames alone, and the shares are right to within one frame at any time. A
 * source that has ended takes no part any more; the others keep their proportion.
 *
 * @throws ConfigError for weights that are not positive, for two sources of one id; SchemaError where their columns differ
 */
export function mix<O extends TypeMap>(options: MixOptions<O>): Mix<O> {
  const { id = 'mix', unit = 'bytes', epochs } = options
  checkMembers(id, options.sources)
  const times = epochs === undefined ? {} : { epochs }
  const repeated = options.sources.map(({ source, weight }) => ({ source: repeat(source, times), weight }))
  const total = repeated.reduce((sum, { weight }) => sum + weight, 0)
  let latest: readonly Member<O>[] = []
  const shares = (): MixShare[] => {
    const given = latest.reduce((sum, member) => sum + member.given, 0)
    return repeated.map(({ source, weight }, i) => {
      const own = latest[i]?.given ?? 0
      return { id: source.id, asked: weight / total, given: own, achieved: given === 0 ? 0 : own / given }
    })
  }
  return {
    id,
    schema: repeated[0]!.source.schema,
    replayable: repeated.every(({ source }) => source.replayable),
    shares,
    summary() {
      const list = shares()
      const text = list.map(share => `${share.id} ${percent(share.achieved)} (asked ${percent(share.asked)})`)
      return {
        message: `shares by ${unit}: ${text.join(', ')}`,
        values: Object.fromEntries(list.map(share => [share.id, share.achieved])),
      }
    },
    async *read(from, signal) {
      const position = (from ?? {}) as MixPosition
      const members = repeated.map(({ source, weight }): Member<O> => {
        const { given = 0, at } = position[source.id] ?? {}
        return { source, weight, given, at, frames: undefined, ended: false }
      })
      latest = members
      try {
        for (let member = neediest(members); member; member = neediest(members)) {
          member.frames ??= member.source.read(member.at, signal)[Symbol.asyncIterator]()
          const result = await member.frames.next()
          if (result.done) {
            member.ended = true
            continue
          }
          member.given += unit === 'bytes' ? frameBytes(result.value) : result.value.batch.numRows
          member.at = result.value.cursor[member.source.id]
          yield { ...result.value, cursor: { [id]: positionOf(members) } }
        }
      } finally {
        for (const { frames, ended } of members) if (!ended) await frames?.return?.()
      }
    },
  }
}

/** The one that lacks most of its share of what those still there have given; the first of equals. */
function neediest<O extends TypeMap>(members: readonly Member<O>[]): Member<O> | undefined {
  let weight = 0
  let given = 0
  for (const member of members) {
    if (member.ended) continue
    weight += member.weight
    given += member.given
  }
  let best: Member<O> | undefined
  let most = Number.NEGATIVE_INFINITY
  for (const member of members) {
    const lack = (given * member.weight) / weight - member.given
    if (member.ended || lack <= most) continue
    best = member
    most = lack
  }
  return best
}

function positionOf<O extends TypeMap>(members: readonly Member<O>[]): MixPosition {
  return Object.fromEntries(
    members.filter(({ at }) => at !== undefined).map(({ source, given, at }) => [source.id, { given, at: at! }]),
  )
}

function checkMembers(id: string, members: readonly { source: Source; weight: number }[]): void {
  if (members.length === 0) throw new ConfigError('needs at least one source', { stage: id })
  const [first] = members
  const ids = new Set<string>()
  for (const { source, weight } of members) {
    if (ids.has(source.id)) {
      throw new ConfigError(`has two sources called "${source.id}"`, {
        stage: id,
        advice: 'give one of them another id',
      })
    }
    ids.add(source.id)
    if (!(weight > 0) || !Number.isFinite(weight)) {
      throw new ConfigError(`the weight of "${source.id}" must be more than 0, found ${weight}`, { stage: id })
    }
    const name = differingField(first!.source.schema, source.schema)
    if (name !== undefined) {
      const type = (one: Source) => one.schema.fields.find(field => field.name === name)?.type ?? 'no column'
      throw new SchemaError(
        `"${first!.source.id}" gives "${name}" as ${type(first!.source)}, "${source.id}" as ${type(source)}`,
        { stage: id },
      )
    }
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
