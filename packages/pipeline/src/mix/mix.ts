import type { TypeMap } from 'apache-arrow'
import type { Json } from '../contract/frame.ts'
import type { MixShare, MixUnit, Source } from '../contract/source.ts'
import { ConfigError, SchemaError } from '../errors.ts'
import { differingField } from '../schemas/require.ts'
import { Member, type MemberPosition } from './member.ts'
import { repeat } from './repeat.ts'

export interface MixOptions<O extends TypeMap> {
  /** Default `mix`. */
  id?: string
  /**
   * Weights are relative: 2 and 1 mean two thirds and one third. `epochs` is the source's own; default: the mix's. One that
   * `repeats` does so itself, as a sub-pipeline behind `repeat`: it is read once, and `epochs` says how often that was.
   */
  sources: readonly {
    source: Source<O>
    weight: number
    epochs?: number | undefined
    repeats?: boolean | undefined
  }[]
  /** What is weighed: bytes of text (of other rows than documents and tokens: their bytes), documents, or tokens. Default `bytes`. */
  unit?: MixUnit
  /** How often each source may be read. Default: as for `repeat`. */
  epochs?: number
  /**
   * Bytes of text that a source gives at least before it is another's turn, if it has so many at hand. Less follows the weights
   * more closely and makes more frames: with 1, shares are right to within one document. Default 32 KiB.
   */
  frame?: number
}

export interface Mix<O extends TypeMap = any> extends Source<O> {
  shares(): readonly MixShare[]
}

/** Source id to what it has given and where it stands. */
type MixPosition = Readonly<Record<string, MemberPosition>>

/**
 * Several sources as one, in the proportion of their weights. The next rows are taken from the source that lacks most of its
 * share, until it has it, so the order is a function of the documents alone, and the shares are right to within `frame` bytes and
 * one document of each source at any time. The parts of a long document stay together. A source that has ended takes no part any
 * more; the others keep their proportion.
 *
 * @throws ConfigError for weights that are not positive, for two sources of one id; SchemaError where their columns differ
 */
export function mix<O extends TypeMap>(options: MixOptions<O>): Mix<O> {
  const { id = 'mix', unit = 'bytes', frame = 32 * 1024 } = options
  checkMembers(id, options.sources)
  const repeated = options.sources.map(({ source, weight, epochs = options.epochs, repeats = false }) => ({
    source: repeats ? source : repeat(source, epochs === undefined ? {} : { epochs }),
    weight,
    epochs,
  }))
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
    async files() {
      const lists = await Promise.all(repeated.map(({ source }) => source.files?.() ?? {}))
      return Object.assign({}, ...lists)
    },
    savedStates: () => new Map(repeated.flatMap(({ source }) => [...(source.savedStates?.() ?? [])])),
    mixed: () => ({ unit, shares: shares() }),
    summary() {
      const list = shares()
      const text = list.map(share => `${share.id} ${percent(share.achieved)} (asked ${percent(share.asked)})`)
      return {
        message: `shares by ${unit}: ${text.join(', ')}`,
        values: Object.fromEntries(list.map(share => [share.id, share.achieved])),
      }
    },
    async *read(from, signal) {
      const position = (from ?? {}) as unknown as MixPosition
      const members = repeated.map(member => new Member(member, unit, position[member.source.id]))
      latest = members
      try {
        for (let turn = next(members); turn; turn = next(members)) {
          const batch = await turn.member.take({ bytes: frame, weight: turn.lack }, signal)
          if (batch) yield { batch, cursor: { [id]: positionOf(members) }, seq: 0 }
        }
      } finally {
        for (const member of members) await member.return()
      }
    },
  }
}

/**
 * Whose turn it is: the one within a document, else the one that lacks most of its share of what those still there have given,
 * the first of equals; and how much it has to give until it lacks nothing.
 */
function next<O extends TypeMap>(members: readonly Member<O>[]): { member: Member<O>; lack: number } | undefined {
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
    if (member.ended) continue
    if (member.open) return { member, lack: 0 }
    // Times the sum of the weights, so that whole numbers stay whole.
    const lack = given * member.weight - member.given * weight
    if (lack <= most) continue
    best = member
    most = lack
  }
  if (!best) return undefined
  if (best.weight === weight) return { member: best, lack: Number.POSITIVE_INFINITY }
  // What it gives is shared in as well: with x more, it has its share when given + x times its share is what it gave.
  return { member: best, lack: most / (weight - best.weight) }
}

function positionOf<O extends TypeMap>(members: readonly Member<O>[]): Json {
  return Object.fromEntries(
    members.flatMap(({ source, position }) => (position === undefined ? [] : [[source.id, position]])),
  ) as unknown as Json
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
