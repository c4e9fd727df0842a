import { cosine, norm, principalAxes, projected } from '@sluice/embed'
import { ConfigError } from '@sluice/pipeline'
import { encodeWithOffsets } from '@sluice/tokenize'
import { type Inspection, type LanguageModel, type MaskedModel, meanCosine, meanVector } from '@sluice/transformer'
import { z } from 'zod'
import type { OpenRun } from '../open-run.ts'
import { limit, step, text } from '../params.ts'
import type { Question } from '../question.ts'
import { tokensOf } from '../text.ts'
import { everySo } from './positions.ts'

export const contexts: Question<'contexts'> = {
  params: z.strictObject({ word: z.string().min(1).max(1000), a: text, b: text, step, limit: limit(8192) }),
  async run(run, { word, a, b, step: asked, limit = 256 }) {
    const placed = [await placesOf(run, word, 'a', a), await placesOf(run, word, 'b', b)] as const
    const tokenizer = await run.tokenizer()
    return run.model(asked, (model, step) => {
      const [first, second] = placed.map(each => withVectors(model, each))
      const { width } = model.shape
      const layers = first!.vectors.map((_, layer) => layer)
      const path = new Float32Array(2 * layers.length * width)
      ;[...first!.vectors, ...second!.vectors].forEach((vector, i) => {
        path.set(vector, i * width)
      })
      const table = { data: path, width }
      const { everyChannel, channels } = everySo(table, limit)
      const told = (each: typeof first) => {
        const { encoding } = everySo({ data: Float32Array.from(each!.vectors.flatMap(v => [...v])), width }, limit)
        const norms = Float32Array.from(each!.vectors, norm)
        return { tokens: tokensOf(tokenizer, each!.ids), places: each!.places, vectors: encoding, norms }
      }
      return {
        step,
        word,
        a: told(first),
        b: told(second),
        channels,
        everyChannel,
        similarity: Float32Array.from(layers, layer => cosine(first!.vectors[layer]!, second!.vectors[layer]!)),
        others: Float32Array.from(layers, layer => meanCosine(others(first!, layer), others(second!, layer), width)),
        paths: onPlane(table),
      }
    })
  },
}

interface Placed {
  readonly ids: Int32Array
  readonly places: readonly number[]
}

/** Where the word is, among the tokens of the text that the model sees. */
async function placesOf(run: OpenRun, word: string, place: 'a' | 'b', text: string): Promise<Placed> {
  const [tokenizer, { shape }] = [await run.tokenizer(), await run.described()]
  const at = `contexts.${place}`
  const found = wordIn(text, word)
  if (found === undefined) {
    throw new ConfigError(`the text does not hold "${word}"`, { place: at, advice: 'give a text with the word in it' })
  }
  if (!tokenizer.encodeUtf8Spans) {
    throw new ConfigError(`a tokenizer of kind "${tokenizer.kind}" does not tell where its tokens stand`, { place: at })
  }
  const { ids, offsets } = encodeWithOffsets(tokenizer, text)
  const places: number[] = []
  for (let i = 0; i < ids.length; i++) {
    if (offsets[2 * i]! < found + word.length && offsets[2 * i + 1]! > found) places.push(i)
  }
  if (places.at(-1)! >= shape.blockSize) {
    throw new ConfigError(`the word is token ${places.at(-1)! + 1}, and the model sees ${shape.blockSize}`, {
      place: at,
      advice: 'bring it nearer to the beginning',
    })
  }
  return { ids: ids.slice(0, shape.blockSize), places }
}

/** The first occurrence that is a word of its own; else the first of all. */
function wordIn(text: string, word: string): number | undefined {
  const within = /[\p{L}\p{M}\p{N}_]/u
  let first: number | undefined
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    first ??= at
    const [before, after] = [text.slice(0, at), text.slice(at + word.length)]
    if (!within.test([...before.slice(-2)].at(-1) ?? ' ') && !within.test([...after.slice(0, 2)][0] ?? ' ')) return at
  }
  return first
}

function withVectors(model: LanguageModel | MaskedModel, { ids, places }: Placed) {
  const inspection: Inspection = model.inspect(ids, { attention: false, lens: false })
  const { streams, width } = inspection
  return { ids, places, streams, vectors: streams.map(stream => meanVector(stream, width, places)) }
}

function others({ ids, places, streams }: ReturnType<typeof withVectors>, layer: number) {
  const rest = Array.from(ids.keys()).filter(place => !places.includes(place))
  return { stream: streams[layer]!, places: rest }
}

/** [rows, 2]: zeros where rows differ in no or one direction only. */
function onPlane(table: { data: Float32Array; width: number }): Float32Array {
  const plane = principalAxes(table, { dimensions: 2 })
  const { length } = plane.axes
  if (length === 2) return projected(table, plane)
  const flat = projected(table, plane)
  return Float32Array.from({ length: (2 * table.data.length) / table.width }, (_, i) =>
    i % 2 < length ? flat[Math.floor(i / 2) * length + (i % 2)]! : 0,
  )
}
