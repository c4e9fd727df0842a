import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tf } from '@sluice/compute'
import { SluiceError } from '@sluice/pipeline'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runTiny, tinyConfig, writeTiny } from '../testing/tiny.ts'
import { openTrained } from '../trained.ts'
import { inspect, inspectionJson, inspections } from './inspections.ts'
import { type OpenRun, openRun } from './open-run.ts'
import { writeProjector } from './projector.ts'
import type { QuestionName, Questions } from './results.ts'
import { inspectionCsv, inspectionParquet, inspectionTable } from './table.ts'
import { tagKinds } from './tag.ts'

const wordpiece = { tokenizer: { use: 'wordpiece', vocabSize: 300 } }
const changes = {
  gpt2: { train: { ...tinyConfig.train, blame: true } },
  llama: { model: { use: 'llama', layers: 1, width: 16, heads: 2 } },
  bert: { ...wordpiece, model: { use: 'bert', layers: 1, width: 16, heads: 2 } },
}
type Family = keyof typeof changes

let folder: string
const runs = {} as Record<Family, OpenRun>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-inspect-'))
  for (const family of Object.keys(changes) as Family[]) {
    const file = await writeTiny(folder, { name: family, ...changes[family] })
    await runTiny(file, { runsDir: join(folder, 'runs') })
    runs[family] = await openRun(join(folder, 'runs', family), { backend: 'cpu' })
  }
}, 300_000)
afterAll(async () => {
  for (const run of Object.values(runs)) run.dispose()
  await rm(folder, { recursive: true, force: true })
})

const ask = <N extends QuestionName>(family: Family, name: N, params: unknown): Promise<Questions[N]['result']> =>
  inspect(runs[family], name, params)
const faultOf = async (promise: Promise<unknown>) => {
  const error = (await promise.catch(error => error)) as Error
  expect(error).toBeInstanceOf(SluiceError)
  return `${error.name}: ${error}`.replaceAll('\\', '/').replaceAll(folder.replaceAll('\\', '/'), '')
}
const text = 'the captain saw the white whale at number 7.'

describe('a run', () => {
  it.each<[Family, object]>([
    ['gpt2', { family: 'gpt2', predicts: 'next', positions: 'learned', blame: true }],
    ['llama', { family: 'llama', predicts: 'next', positions: 'rotary', blame: false }],
    ['bert', { family: 'bert', predicts: 'masked', positions: 'learned', mask: '[MASK]' }],
  ])('%s tells what it is', async (family, expected) => {
    const about = await ask(family, 'about', {})
    expect(about).toMatchObject({ name: family, layers: 1, heads: 2, width: 16, blockSize: 16, evaluation: true })
    expect(about).toMatchObject(expected)
    expect(about.steps).toEqual([0, 2, 4, 8])
    expect(about.parameters).toBeGreaterThan(5000)
  })

  it('that is none is refused with a plain word', async () => {
    expect(await faultOf(openRun(join(folder, 'nothing')))).toBe(
      'StateError: /nothing: there is no such run; name the folder of a run, such as runs/quickstart',
    )
    expect(await faultOf(openRun(join(folder, 'corpus')))).toBe(
      'StateError: /corpus: is not the folder of a run; name the folder of a run, such as runs/quickstart',
    )
  })

  it('that has only begun can be opened, and says what is missing', async () => {
    const path = join(folder, 'begun')
    await mkdir(join(path, 'checkpoints', 'step-000000'), { recursive: true })
    await writeFile(join(path, 'checkpoints', 'step-000000', 'model.safetensors'), 'half')
    const run = await openRun(path, { backend: 'cpu' })
    expect(await run.steps()).toEqual([])
    expect(await faultOf(inspect(run, 'lens', { text }))).toMatch(
      /^StateError: \/begun\/tokenizer\.json: cannot be read; a run writes it before its first step/,
    )
    await writeFile(join(path, 'tokenizer.json'), '{"broken"')
    expect(await faultOf(inspect(run, 'tokens', { text }))).toMatch(/^DataError: \/begun\/tokenizer\.json: is not JSON/)
    expect(await faultOf(inspect(run, 'weights', {}))).toBe('StateError: /begun: holds no complete checkpoint yet')
    expect(await faultOf(inspect(run, 'positions', {}))).toMatch(
      /^StateError: \/begun: holds no complete checkpoint yet; /,
    )
  })

  it('may be one checkpoint alone', async () => {
    const run = await openRun(join(runs.gpt2.path, 'checkpoints', 'step-000004'), { backend: 'cpu' })
    expect(await run.steps()).toEqual([4])
    expect((await inspect(run, 'neighbors', { token: 40 })).step).toBe(4)
    run.dispose()
  })
})

describe('a question', () => {
  it.each<[string, unknown, string]>([
    [
      'neighbours',
      {},
      'nothing called "neighbours" can be asked, did you mean "neighbors"?; there are: about, tokens,',
    ],
    ['constructor', {}, 'nothing called "constructor" can be asked'],
    ['tokens', {}, 'tokens.text: Invalid input'],
    ['tokens', { text: 'a', layer: 1 }, 'tokens: Unrecognized key: "layer"'],
    ['attention', { text, layer: 3 }, 'attention.layer: the model has one layer, number 0: there is no layer 3'],
    ['attention', { text, head: 2 }, 'attention.head: the model has 2 heads, 0 to 1: there is no head 2'],
    ['attention', { text: '' }, 'text: the text has no tokens; give some text'],
    ['lens', { text, step: 3 }, 'holds no checkpoint of step 3; there are: 0, 2, 4, 8'],
    ['neighbors', { token: 9999 }, 'neighbors.token: the vocabulary has 300 tokens, there is no token 9999'],
    [
      'neighbors',
      { token: 'xyzzy' },
      'neighbors.token: expected one token, "xyzzy" is 5 tokens: x|y|z|z|y; name one of',
    ],
    ['fill', { text }, 'this model continues texts, it fills no masks; ask it to generate'],
    [
      'generate',
      { prompt: 'a', after: [9999] },
      'generate.after: the vocabulary has 300 tokens, there is no token 9999',
    ],
    [
      'ablate',
      { parts: ['atention'] },
      'ablate.parts: the model has no part "atention", did you mean "attention"?; there',
    ],
    ['compare', { text, with: '../x' }, 'compare.with: no tokenizer is called "../x"; there are: bert, llama, bytes,'],
    ['contexts', { word: 'ship', a: text, b: text }, 'contexts.a: the text does not hold "ship"; give a text with the'],
  ])('%s %j is refused', async (name, params, message) => {
    expect(await faultOf(ask('gpt2', name as 'about', params))).toContain(message)
  })

  it('leaves no tensor behind but those of the models', async () => {
    const before = tf.memory().numTensors
    await ask('gpt2', 'lens', { text })
    const held = tf.memory().numTensors
    await ask('gpt2', 'attention', { text })
    await ask('gpt2', 'contexts', { word: 'whale', a: text, b: 'the whale' })
    await ask('gpt2', 'heads', {})
    await ask('gpt2', 'generate', { prompt: text, maxTokens: 3 })
    expect(tf.memory().numTensors).toBe(held)
    expect(held).toBeGreaterThanOrEqual(before)
  })
})

describe('tokens', () => {
  it('are the text, with their places', async () => {
    const cut = await ask('gpt2', 'tokens', { text: 'the whalé' })
    expect(cut.tokens.map(({ start, end }) => 'the whalé'.slice(start, end)).join('')).toContain('the whal')
    expect(cut).toMatchObject({ tokenizer: 'gpt2', vocabSize: 300, bytes: 10, total: cut.tokens.length })
    expect(cut.tokens.at(-1)!.text).toBe('<a9>')
    expect(cut.tokens.flatMap(({ bytes }) => bytes)).toEqual([...Buffer.from('the whalé')])
    expect((await ask('gpt2', 'tokens', { text, limit: 2 })).tokens).toHaveLength(2)
  })

  it('hold whatever is in the text, however long', async () => {
    const hostile = `<script>alert(1)</script>\u202e\0${'a'.repeat(1_000_000)}`
    const cut = await ask('gpt2', 'compare', { text: hostile, with: 'words', limit: 20 })
    expect(cut.other.tokens[0]).toEqual({ id: -1, text: '<', bytes: [60], start: 0, end: 1 })
    expect(Math.max(...cut.other.tokens.map(token => token.text.length))).toBe(200)
    expect(cut.own.total).toBeGreaterThan(cut.own.tokens.length)
  })

  it('compare with other cuts', async () => {
    const { own, other, choices } = await ask('gpt2', 'compare', { text: 'ab é', with: 'bytes' })
    expect(choices).toEqual(['bert', 'llama', 'bytes', 'characters', 'words'])
    expect(own.tokenizer).toBe('gpt2')
    expect(other).toMatchObject({ total: 5, bytesPerToken: 1, vocabSize: 256 })
    const characters = (await ask('gpt2', 'compare', { text: 'ab é', with: 'characters' })).other
    expect(characters.tokens.map(token => token.text)).toEqual(['a', 'b', ' ', 'é'])
    expect((await ask('gpt2', 'compare', { text })).other.tokenizer).toBe('bert')
  })
})

describe('vectors', () => {
  it('neighbours are those of a search over the whole table', async () => {
    const { data, shape } = await (await runs.gpt2.snapshot(8)).tensor('transformer.wte.weight')
    const row = (id: number) => Array.from(data.subarray(id * shape[1]!, (id + 1) * shape[1]!))
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
    const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
    const { token, neighbors, norm } = await ask('gpt2', 'neighbors', { token: 'whale', limit: 5 })
    expect(token.text).toBe(' whale')
    const own = row(token.id)
    expect(norm).toBeCloseTo(Math.sqrt(dot(own, own)), 6)
    const all = Array.from({ length: shape[0]! }, (_, id) => ({ id, similarity: cosine(row(id), own) }))
    const expected = all.filter(({ id }) => id !== token.id).sort((a, b) => b.similarity - a.similarity)
    expect(neighbors.map(({ id }) => id)).toEqual(expected.slice(0, 5).map(({ id }) => id))
    expect(neighbors[0]!.similarity).toBeCloseTo(expected[0]!.similarity, 6)
  })

  it.each(['gpt2', 'llama', 'bert'] as const)('of %s lie on a map whose axes are one step’s', async family => {
    const { vocabSize } = await ask(family, 'about', {})
    const first = await ask(family, 'embeddings', { step: 0, limit: 50, ids: [150, 10, 9999] })
    expect(first).toMatchObject({ step: 0, basis: 8, dimensions: 2, rows: vocabSize })
    expect(first.tokens.map(({ id }) => id)).toEqual([...Array(50).keys(), 150])
    expect([first.points.length, first.norms.length]).toEqual([102, 51])
    const last = await ask(family, 'embeddings', { dimensions: 3 })
    expect([last.step, last.points.length]).toEqual([8, 3 * vocabSize])
    const shares = Array.from(last.explained)
    expect(shares).toEqual([...shares].sort((a, b) => b - a))
    // The axes were made to show the last step.
    expect(shares[0]!).toBeGreaterThan(first.explained[0]!)
  })

  it('of positions, learned and rotary', async () => {
    const learned = await ask('gpt2', 'positions', {})
    expect(learned).toMatchObject({ kind: 'learned', positions: 16, channels: 16, everyChannel: 1 })
    expect(learned.byDistance[0]).toBeCloseTo(1, 6)
    const some = await ask('gpt2', 'positions', { limit: 5 })
    expect(some).toMatchObject({ positions: 4, everyPosition: 4, channels: 4, everyChannel: 4 })
    expect(Array.from(some.distances)).toEqual([0, 4, 8, 12])
    expect(some.encoding[4]).toBe(learned.encoding[4 * 16])
    const rotary = await ask('llama', 'positions', {})
    expect(rotary).toMatchObject({ kind: 'rotary', positions: 16, channels: 4 })
    expect(rotary.encoding[4]).toBeCloseTo(Math.cos(1), 6)
  })

  it('of one word in two texts grow apart after the embedding', async () => {
    const params = { word: 'whale', a: 'a sailor feared the whale', b: 'number 7 whale' }
    for (const family of ['gpt2', 'llama', 'bert'] as const) {
      const found = await ask(family, 'contexts', { ...params, limit: 8 })
      expect([found.similarity.length, found.paths.length, found.a.vectors.length]).toEqual([2, 8, 16])
      expect(found.a.places.map(place => found.a.tokens[place]!.text).join('')).toContain('whale')
      expect(found.similarity[1]!).toBeLessThan(1)
      expect(Math.abs(found.others[1]!)).toBeLessThan(1)
      // Without positions in the stream the word begins as the same vector.
      if (family === 'llama') expect(found.similarity[0]).toBeCloseTo(1, 6)
    }
  })
})

describe('inside', () => {
  it.each(['gpt2', 'llama', 'bert'] as const)('a %s, tokens divide their attention', async family => {
    const { maps, tokens, causal } = await ask(family, 'attention', { text, limit: 6 })
    expect([maps.length, tokens.length, causal]).toEqual([2, 6, family !== 'bert'])
    for (const { weights } of maps) {
      for (let i = 0; i < 6; i++) {
        const row = Array.from(weights).slice(i * 6, i * 6 + 6)
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5)
        if (causal) expect(row.slice(i + 1).every(weight => weight === 0)).toBe(true)
      }
    }
    const { maps: one } = await ask(family, 'attention', { text, limit: 6, layer: 0, head: 1 })
    expect(one).toEqual([maps[1]])
  })

  it.each(['gpt2', 'llama', 'bert'] as const)('a %s, the last row of the lens is its answer', async family => {
    const { rows, tokens, targets } = await ask(family, 'lens', { text, limit: 300, tokens: 5 })
    expect(rows.map(({ layer, cells }) => [layer, cells.length])).toEqual([
      [0, 5],
      [1, 5],
    ])
    const trained = await openTrained({ path: runs[family].path, backend: 'cpu' })
    const logits = trained.model.logits(
      Int32Array.from(tokens, ({ id }) => id),
      { rows: 1 },
    )
    const probabilities = tf.tidy(() => tf.softmax(logits).arraySync() as number[][][])[0]!
    logits.dispose()
    trained.dispose()
    rows[1]!.cells.forEach(({ top, entropy, target }, place) => {
      const own = probabilities[place]!
      for (const { id, probability } of top.slice(0, 20)) expect(probability).toBeCloseTo(own[id]!, 5)
      expect(entropy).toBeCloseTo(-own.reduce((sum, p) => sum + p * Math.log(p), 0), 3)
      const { id } = targets[place]!
      expect(target!.probability).toBeCloseTo(own[id]!, 5)
      expect(top[target!.rank - 1]!.probability).toBeCloseTo(own[id]!, 5)
      expect(id).toBe(family === 'bert' ? tokens[place]!.id : (tokens[place + 1]?.id ?? id))
    })
  })

  it('heads are judged on the held-out text, or on another', async () => {
    const heads = await ask('gpt2', 'heads', { limit: 100 })
    expect(heads).toMatchObject({ tokens: 100, text: 'evaluation', step: 8 })
    expect(heads.patterns).toEqual(['previous token', 'itself', 'same token', 'first token', 'punctuation'])
    expect(heads.heads.map(({ layer, head }) => [layer, head])).toEqual([
      [0, 0],
      [0, 1],
    ])
    const given = await ask('bert', 'heads', { text, tags: true })
    expect(given.text).toBe('given')
    expect(given.patterns).toContain('next token')
    expect(given.heads[0]!.scores.map(({ pattern }) => pattern)).toContain('noun to noun')
  })

  it('nouns and verbs are found across the pieces of words', async () => {
    const kinds = await tagKinds(['The', ' wh', 'ale', ' swallowed', ' a', ' boat', '.'])
    expect(kinds).toEqual([undefined, 'noun', 'noun', 'verb', undefined, 'noun', undefined])
  })

  it('generation goes on step by step as in one go', async () => {
    const params = { prompt: 'the captain', temperature: 1.5, topK: 20, seed: 3 }
    const whole = await ask('gpt2', 'generate', { ...params, maxTokens: 6 })
    expect(whole.steps).toHaveLength(6)
    const chosen = whole.steps.map(each => each.chosen.id)
    const one = await ask('gpt2', 'generate', { ...params, maxTokens: 2, after: chosen.slice(0, 4) })
    expect(one.steps.map(each => each.chosen.id)).toEqual(chosen.slice(4))
    expect(one.text).toBe(whole.text)
    for (const { alternatives, kept, chosen } of whole.steps) {
      expect(kept).toBe(20)
      expect(alternatives).toHaveLength(10)
      expect(chosen.chance).toBeGreaterThan(0)
      const probabilities = alternatives.map(({ probability }) => probability)
      expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a))
    }
    const trained = await openTrained({ path: runs.gpt2.path, backend: 'cpu' })
    let text = ''
    for await (const piece of trained.continue({ ...params, maxTokens: 6 })) text += piece
    trained.dispose()
    expect(whole.text).toBe(text)
    expect(await faultOf(ask('bert', 'generate', { prompt: 'a' }))).toMatch(/fills in masked tokens/)
  })

  it('masks are filled', async () => {
    const { masks, tokens, text } = await ask('bert', 'fill', { text: 'the [MASK] whale', limit: 3 })
    expect(tokens[masks[0]!.place]!.text).toBe('[MASK]')
    expect(masks[0]!.fillings).toHaveLength(3)
    expect(text).toContain(masks[0]!.fillings[0]!.text.replace('##', ''))
  })
})

describe('what training changed', () => {
  it('weights, over the kept steps', async () => {
    const { steps, tensors, groups } = await ask('gpt2', 'weights', { bins: 4 })
    expect(steps).toEqual([0, 2, 4, 8])
    const wte = tensors.find(({ name }) => name === 'transformer.wte.weight')!
    expect(wte).toMatchObject({ group: 'embeddings', shape: [300, 16], count: 4800 })
    expect([wte.change[0], wte.relative[0]]).toEqual([0, 0])
    const change = Array.from(wte.change)
    expect(change).toEqual([...change].sort((a, b) => a - b))
    const [before, after] = await Promise.all(
      [0, 8].map(async step => (await (await runs.gpt2.snapshot(step)).tensor(wte.name)).data),
    )
    const moved = Math.hypot(...Array.from(after!, (value, i) => value - before![i]!))
    expect(wte.change[3]).toBeCloseTo(moved, 6)
    const counts = Array.from(wte.histogram!.counts)
    expect(counts.slice(0, 4).reduce((a, b) => a + b, 0)).toBe(4800)
    expect(tensors.find(({ name }) => name.includes('h.0.ln_1.weight'))).toMatchObject({ group: 'norms', layer: 0 })
    expect(groups.map(({ group }) => group).sort()).toEqual(
      ['attention', 'embeddings', 'feed-forward', 'norms', 'positions'].sort(),
    )
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe((await ask('gpt2', 'about', {})).parameters)
    expect((await ask('gpt2', 'weights', { steps: [8, 4] })).steps).toEqual([4, 8])
  })

  it.each(['gpt2', 'llama', 'bert'] as const)('where the knowledge of a %s sits', async family => {
    const metrics = await readFile(join(runs[family].path, 'metrics.jsonl'), 'utf8')
    const evaluations = metrics
      .split('\n')
      .filter(line => line.includes('"evaluation"'))
      .map(line => JSON.parse(line).values.loss)
    const { parts, loss, atStart, step } = await ask(family, 'ablate', {})
    expect(step).toBe(8)
    expect(loss).toBeCloseTo(evaluations.at(-1), 4)
    expect(atStart).toBeCloseTo(evaluations[0], 4)
    expect(parts.map(({ part }) => part)).toEqual([
      'embeddings',
      ...(family === 'llama' ? [] : ['positions']),
      'attention',
      'feed-forward',
      'norms',
      'layer 0',
    ])
    for (const { loss: without, increase } of parts) expect(without - loss).toBeCloseTo(increase, 10)
    expect(parts[0]!.increase).toBeGreaterThan(0)
    // Nothing of it stays.
    expect((await ask(family, 'ablate', { parts: ['layer 0 attention'] })).loss).toBe(loss)
  })

  it('blame, by document and by source', async () => {
    const { documents, sources } = await ask('gpt2', 'blame', { limit: 1 })
    expect(documents).toHaveLength(1)
    expect(sources).toMatchObject([{ source: 'text', documents: 1 }])
    expect(sources[0]!.excess).toBeCloseTo(0, 6)
    expect(await faultOf(ask('llama', 'blame', {}))).toMatch(/keeps no losses of documents/)
  })
})

describe('answers', () => {
  const params: Partial<Record<QuestionName, object>> = {
    tokens: { text },
    compare: { text },
    neighbors: { token: 40 },
    attention: { text },
    lens: { text },
    generate: { prompt: text, maxTokens: 2 },
    contexts: { word: 'whale', a: text, b: text },
  }
  const names = Object.keys(inspections).filter(name => name !== 'fill') as QuestionName[]

  it.each(names)('%s: as JSON, CSV and Parquet', async name => {
    const result = await ask('gpt2', name, params[name] ?? {})
    const json = JSON.parse(inspectionJson(result))
    expect(Object.keys(json).sort()).toEqual(Object.keys(result).sort())
    const table = inspectionTable(name, result)
    expect(table.rows.length).toBeGreaterThan(0)
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length)
    expect(inspectionCsv(table).split('\r\n')[0]).toBe(table.columns.join(','))
    const file = inspectionParquet(table)
    const rows = await parquetReadObjects({ file: file.buffer as ArrayBuffer })
    expect(rows).toHaveLength(table.rows.length)
    expect(Object.values(rows[0]!)).toEqual([...table.rows[0]!])
  })

  it('numbers have six figures in JSON, and what is none is null', () => {
    expect(inspectionJson({ a: Float32Array.of(0.1, 1 / 3, Number.NaN), b: [1 / 3] })).toBe(
      '{"a":[0.1,0.333333,null],"b":[0.3333333333333333]}',
    )
  })

  it('cells of CSV are quoted where they must be', () => {
    expect(
      inspectionCsv({
        columns: ['a', 'b'],
        rows: [
          ['x,"y"', null],
          ['l\n', 1.5],
        ],
      }),
    ).toBe('a,b\r\n"x,""y""",\r\n"l\n",1.5\r\n')
  })

  it('vectors for the projector: one line each, whatever the token', async () => {
    const dir = join(folder, 'projector')
    const { vectors, files, step } = await writeProjector(runs.gpt2, { dir })
    expect([vectors, step, files.length]).toEqual([300, 8, 3])
    const [tsv, metadata, config] = await Promise.all(files.map(file => readFile(file, 'utf8')))
    const lines = tsv!.trimEnd().split('\n')
    expect([lines.length, lines[0]!.split('\t').length]).toEqual([300, 16])
    const names = metadata!.trimEnd().split('\n')
    expect([names[0], names.length]).toEqual(['token\tid', 301])
    for (const name of names.slice(1)) expect(name).toMatch(/^[^\s]+\t\d+$/)
    expect(config).toBe(
      'embeddings {\n  tensor_name: "token vectors, step 8"\n  tensor_path: "vectors.tsv"\n  metadata_path: "metadata.tsv"\n}\n',
    )
  })
})
