import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inspect, type OpenRun, openRun, type Weights } from '@sluice/recipe'
import { digits, nats, percent, reachOf, short, signed, visible, whole } from '@sluice/recipe/show'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { views } from './page/views/names.ts'
import { serveView, type ViewServer } from './server/index.ts'
import { chromiumPath, launch } from './testing/browser.ts'
import { nasty, quickstartRun, type TestRun, tinyRun } from './testing/run.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

if (chromiumPath === undefined) {
  test.skip('the page in a browser: no Chromium here; install one or set SLUICE_CHROMIUM to its path', () => {})
}

/** A token as the page shows it. */
const shown = (token: { text: string }) => visible(token.text) || '∅'

describe.skipIf(chromiumPath === undefined)('the page in a browser', () => {
  let run: TestRun
  /** The same run, asked here. */
  let asked: OpenRun
  let masked: OpenRun
  let server: ViewServer
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let faults: string[]

  beforeAll(async () => {
    run = await tinyRun()
    await tinyRun({ runs: join(run.runs, '..'), name: 'other', steps: 4 })
    await tinyRun({ runs: join(run.runs, '..'), name: 'masked', steps: 4, masked: true })
    asked = await openRun(run.path, { backend: 'cpu' })
    masked = await openRun(join(run.runs, 'masked'), { backend: 'cpu' })
    // What a model may write, and a log may hold.
    const written = Object.values(nasty).join(' ')
    const sample = { type: 'sample', step: 13, prompt: nasty.script, text: `${written}${'é'.repeat(1 << 20)}` }
    const warning = { type: 'warning', stage: nasty.script, message: written }
    appendFileSync(join(run.path, 'metrics.jsonl'), `${JSON.stringify(sample)}\n${JSON.stringify(warning)}\n`)
    server = await serveView({
      runs: [run.path, join(run.runs, 'other'), join(run.runs, 'masked')],
      open: { backend: 'cpu' },
    })
    browser = await launch()
    context = await browser.newContext({ viewport: { width: 1200, height: 900 }, bypassCSP: false })
    context.setDefaultTimeout(120_000)
    page = await opened(server)
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    asked?.dispose()
    masked?.dispose()
    await run?.dispose()
  })

  async function opened({ url }: ViewServer): Promise<Page> {
    const page = await context.newPage()
    faults = []
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) faults.push(message.text())
    })
    page.on('pageerror', error => faults.push(error.message))
    page.on('request', request => {
      if (!request.url().startsWith(server.address) && !request.url().startsWith(url.split('?')[0]!))
        faults.push(`asked ${request.url()}`)
    })
    await page.goto(url)
    await page.waitForSelector('.panel')
    return page
  }

  async function go(path: string, ready: string): Promise<void> {
    await page.goto(`${server.address}#/${path}`)
    await page.waitForSelector(ready)
  }

  const text = (selector: string) => page.locator(selector).first().innerText()
  /** What each row of a table says, cell by cell. */
  const rowsOf = (selector: string) =>
    page.locator(selector).evaluateAll((rows: any[]) =>
      rows.map(row =>
        [...row.querySelectorAll('th, td')]
          .map((cell: any) => cell.innerText.replace(/\s+/g, ' ').trim())
          .filter(cell => cell !== '')
          .join(' '),
      ),
    )
  /** Goes to a place of a heat map by the arrow keys, and waits for what is told of it. */
  const heatShows = async (title: string, [row, column]: readonly [number, number], told: string) => {
    const canvas = page.locator('canvas').and(page.getByLabel(title))
    await canvas.dispatchEvent('pointerleave')
    // The first key begins at the first place.
    for (let i = 0; i < row; i++) await canvas.press('ArrowDown')
    for (let i = 0; i < column; i++) await canvas.press('ArrowRight')
    await expect.poll(() => canvas.getAttribute('aria-label')).toContain(`${title}: ${told}`)
  }

  test.each(views)('$path opens without a fault, in light and dark, and is accessible', async ({ path, ready }) => {
    await go(path, ready)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      // By the debugger, which the page's policy does not bind.
      await page.evaluate(axe)
      const problems = await page.evaluate(async () => {
        const { violations } = await (globalThis as any).axe.run()
        return violations.map(
          ({ id, nodes }: any) => `${id}: ${nodes.map(({ target }: any) => target.join(' ')).join(', ')}`,
        )
      })
      expect(problems).toEqual([])
    }
    expect(faults).toEqual([])
  })

  test('no view is wider than a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    for (const { path, ready } of views) {
      await go(path, ready)
      await expect
        .poll(() => page.evaluate('document.documentElement.scrollWidth'), { message: path })
        .toBeLessThanOrEqual(360)
    }
    await page.setViewportSize({ width: 1200, height: 900 })
  })

  test('Run shows the figures of the log', async () => {
    await go('run', '.stats')
    const events = readFileSync(join(run.path, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const metric = events.findLast(({ type }) => type === 'metric')
    const evaluation = events.findLast(({ type }) => type === 'evaluation')
    const stats = await text('.stats')
    for (const figure of [
      '12',
      nats(metric.values.loss),
      nats(evaluation.values.loss),
      digits(evaluation.values.perplexity),
    ]) {
      expect(stats).toContain(figure)
    }
    const flow = await text('.flow')
    for (const stage of ['train', 'tokenize', 'shuffle', 'checkpoint']) expect(flow).toContain(stage)
    await page.getByText('Numbers', { exact: true }).first().click()
    expect(await text('details table')).toContain(
      nats(evaluation.values.unigram ?? events.find(({ values }) => values?.unigram).values.unigram),
    )
    // Another run laid over it.
    await page.getByLabel('other', { exact: true }).check()
    await page.getByText('other, held-out').waitFor()
    await page.getByLabel('other', { exact: true }).uncheck()
    // The cursor, by keyboard.
    await page.locator('.plot').first().focus()
    await page.keyboard.press('Home')
    await expect.poll(() => text('.legend .where')).toBe('step 0')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => text('.legend .where')).toBe('step 1')
  })

  test('Tokens cuts what is typed as the inspection does', async () => {
    await go('tokens', '.token')
    const given = `the whale <b>${nasty.script}</b> ${nasty.rightToLeft}\u0007`
    await page.getByRole('textbox', { name: 'Text' }).fill(given)
    const cut = await inspect(asked, 'tokens', { text: given })
    await expect.poll(() => page.locator('button.token').allInnerTexts()).toEqual(cut.tokens.map(shown))
    await expect.poll(() => text('.stats')).toContain(whole(cut.total))
    expect(await text('.stats')).toContain(digits(cut.bytesPerToken))
    for (const place of [0, 3, cut.tokens.length - 1]) {
      await page.locator('button.token').nth(place).click()
      const detail = await text('.detail')
      expect(detail).toContain(`number ${cut.tokens[place]!.id}`)
      expect(detail).toContain(cut.tokens[place]!.bytes.map(byte => byte.toString(16).padStart(2, '0')).join(' '))
    }
    await page.getByLabel('Compare with').selectOption('words')
    const { other } = await inspect(asked, 'compare', { text: given, with: 'words' })
    await expect
      .poll(() => page.locator('.cut').nth(1).locator('.token').allInnerTexts())
      .toEqual(other.tokens.map(shown))
    expect(await page.locator('.cut').nth(1).innerText()).toContain(
      `words: ${digits(other.bytesPerToken)} bytes a token`,
    )
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false)
    expect(await page.locator('main script, main img, main b:has(script)').count()).toBe(0)
  })

  test('of a word of a megabyte so much is taken as can be drawn, and that is said', async () => {
    for (const path of ['tokens', 'attention', 'layers'] as const) {
      await go(path, '.token')
      await page
        .getByRole('textbox', { name: 'Text', exact: true })
        .first()
        .fill('<script>'.repeat(1 << 17))
      await page.getByText('The box is full: it holds 65,536 characters').waitFor()
    }
    expect(faults).toEqual([])
    await go('tokens', '.token')
    await page.getByRole('textbox', { name: 'Text' }).fill('<script>'.repeat(1 << 17))
    await expect.poll(() => text('.stats'), { timeout: 120_000 }).toContain('65,536')
    expect(await page.locator('button.token').count()).toBe(2000)
    const cut = await inspect(asked, 'tokens', { text: '<script>'.repeat(1 << 13) })
    await page.getByText(`The first 2,000 of ${whole(cut.total)} tokens.`).waitFor()
    await page.getByText(`The first 400 of ${whole(cut.total)} tokens.`).waitFor()
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false)
    expect(faults).toEqual([])
  })

  test('Embeddings shows the map, the neighbours and the positions of the inspections', async () => {
    await go('embeddings', 'table.bars tbody tr')
    const neighborsAre = async (params: { token: string | number; step?: number }) => {
      const { neighbors, norm, token } = await inspect(asked, 'neighbors', { ...params, limit: 12 })
      const rows = neighbors.map(each => `${shown(each)} ${digits(each.similarity)}`)
      await expect.poll(() => rowsOf('table.bars tbody tr')).toEqual(rows)
      expect(await page.locator('.panel').nth(1).innerText()).toContain(
        `number ${token.id}, a vector of length ${digits(norm)}`,
      )
    }
    await neighborsAre({ token: ' the' })
    await page.getByLabel('Token, or its number').fill('270')
    await neighborsAre({ token: 270 })
    await page.locator('table.bars tbody tr button').first().click()
    const { neighbors } = await inspect(asked, 'neighbors', { token: 270 })
    await neighborsAre({ token: neighbors[0]!.id })

    const last = await inspect(asked, 'embeddings', { limit: 4000 })
    const [x, y] = [last.explained[0]!, last.explained[1]!]
    await page
      .getByText(`${whole(last.tokens.length)} of ${whole(last.rows)} tokens; the plane shows ${percent(x + y)}`)
      .waitFor()
    // A click on the picture chooses the token whose point is drawn there.
    const box = (await page.locator('canvas.scatter').boundingBox())!
    const reach = reachOf(last.points)
    const scale = (Math.min(box.width, box.height) / 2 - 12) / reach
    const at = (i: number) =>
      [box.width / 2 + last.points[2 * i]! * scale, box.height / 2 - last.points[2 * i + 1]! * scale] as const
    const places = last.tokens.map((_, i) => at(i))
    const alone = places.findIndex(([a, b], i) => {
      const within = a > 0 && a < box.width && b > 0 && b < box.height
      return within && places.every(([c, d], j) => i === j || (a - c) ** 2 + (b - d) ** 2 > 9)
    })
    await page.locator('canvas.scatter').click({ position: { x: places[alone]![0], y: places[alone]![1] } })
    await expect.poll(() => page.getByLabel('Token, or its number').inputValue()).toBe(String(last.tokens[alone]!.id))

    // The slider, by keyboard: the random beginning.
    await page.getByLabel('After step').first().press('Home')
    await neighborsAre({ token: last.tokens[alone]!.id, step: 0 })
    const first = await inspect(asked, 'embeddings', { limit: 4000, step: 0 })
    await page.mouse.move(0, 0)
    await page.getByText(`the plane shows ${percent(first.explained[0]! + first.explained[1]!)}`).waitFor()

    const positions = await inspect(asked, 'positions', { limit: 128 })
    const { similarity, encoding, positions: rows, channels } = positions
    await heatShows('Similarity of positions', [2, 3], `positions 2 and 3: ${digits(similarity[2 * rows + 3]!)}`)
    await heatShows('Encoding of positions', [1, 4], `position 1, channel 4: ${digits(encoding[channels + 4]!)}`)
    const chart = page.locator('figure.chart', { hasText: 'Mean similarity by distance' })
    await chart.locator('.plot').press('Home')
    await chart.locator('.plot').press('ArrowRight')
    await expect.poll(() => chart.locator('.legend').innerText()).toContain(digits(positions.byDistance[1]!))
    await page.getByLabel('After step').nth(1).press('Home')
    const before = await inspect(asked, 'positions', { limit: 128, step: 0 })
    await heatShows('Similarity of positions', [2, 3], `positions 2 and 3: ${digits(before.similarity[2 * rows + 3]!)}`)
    expect(faults).toEqual([])
  })

  test('Attention shows what the inspection says, of every head', async () => {
    await go('attention', '.heads canvas')
    const given = 'the captain saw the white whale <i>'
    await page.getByRole('textbox', { name: 'Text' }).fill(given)
    const { tokens, maps, layers, heads } = await inspect(asked, 'attention', { text: given, limit: 48 })
    const size = tokens.length
    await expect.poll(() => page.locator('.shaded .token').allInnerTexts()).toEqual(tokens.map(shown))
    expect(await page.locator('.heads button').count()).toBe(layers * heads)
    for (const { layer, head, weights } of maps) {
      await page.getByRole('button', { name: `Layer ${layer}, head ${head}`, exact: true }).click()
      await page
        .locator('.shaded .token')
        .nth(size - 1)
        .click()
      const row = Array.from({ length: size }, (_, i) => percent(weights[(size - 1) * size + i]!))
      await expect
        .poll(() => page.locator('.shaded .token').evaluateAll((all: any[]) => all.map(each => each.title)))
        .toEqual(row)
      const told = `“${visible(tokens[3]!.text)}” looks at “${visible(tokens[1]!.text)}”: ${percent(weights[3 * size + 1]!)}`
      await heatShows(`Attention of layer ${layer}, head ${head}`, [3, 1], told)
    }
    await page.getByRole('button', { name: 'What does each do most?' }).click()
    const judged = await inspect(asked, 'heads', { tags: true })
    await page.getByText(`over ${whole(judged.tokens)} tokens of held-out text`).waitFor({ timeout: 120_000 })
    const labels = judged.heads.map(({ layer, head, label, score = 0, chance = 0 }) => {
      const found = label === undefined ? 'nothing stands out' : `${label} ${percent(score)} (${percent(chance)})`
      return `head ${head} ${found} of layer ${layer}`
    })
    const drawn = await page
      .locator('.heads button')
      .evaluateAll((all: any[]) =>
        all.map(
          each =>
            `${each.innerText.replace(/\s+/g, ' ').trim()} of layer ${/Layer (\d+)/.exec(each.ariaLabel ?? '')?.[1]}`,
        ),
      )
    expect(drawn).toEqual(labels)
    expect(faults).toEqual([])
  })

  test('Layers shows the lens, the generation and the contexts of the inspections', async () => {
    await go('layers', '.lens button')
    const lens = await inspect(asked, 'lens', { text: 'The captain saw the white whale', tokens: 24 })
    const cells = [...lens.rows]
      .reverse()
      .flatMap(({ cells }) => cells.map(({ top }) => `${shown(top[0]!)} ${percent(top[0]!.probability)}`))
    const drawn = () =>
      page.locator('.lens td button').evaluateAll((all: any[]) => all.map(each => `${each.innerText} ${each.title}`))
    await expect.poll(drawn).toEqual(cells)
    await page.locator('.lens td button').first().click()
    const answer = lens.rows.at(-1)!.cells[0]!
    const under = await text('.under')
    expect(under).toContain(`it wavers among ${digits(Math.exp(answer.entropy))} tokens`)
    expect(under).toContain(
      `is its guess number ${whole(answer.target!.rank)}, with ${percent(answer.target!.probability)}`,
    )
    expect(await rowsOf('.under tbody tr')).toEqual(
      answer.top.map(each => `${shown(each)} ${percent(each.probability)}`),
    )

    const panel = page.locator('.panel', { hasText: 'Token by token' })
    const candidatesAre = async (params: { after?: number[]; temperature?: number; topK?: number }) => {
      const { steps } = await inspect(asked, 'generate', {
        prompt: 'The whale',
        maxTokens: 12,
        alternatives: 10,
        temperature: 0.8,
        ...params,
      })
      const [next] = steps
      const rows = next!.alternatives.map(each => `${shown(each)} ${percent(each.probability)} ${percent(each.chance)}`)
      await expect.poll(() => rowsOf('.panel:nth-of-type(2) .candidates tbody tr')).toEqual(rows)
      await expect.poll(() => panel.locator('.detail').innerText()).toContain(`sampling leaves ${whole(next!.kept)}`)
      return next!.chosen.id
    }
    const first = await candidatesAre({})
    await panel.getByRole('button', { name: 'Take it' }).click()
    await candidatesAre({ after: [first] })
    await panel.getByLabel(/^Top k/).press('ArrowRight')
    await panel.getByLabel(/^Top k/).press('ArrowRight')
    await candidatesAre({ after: [first], topK: 2 })
    await panel.getByLabel(/^Temperature/).press('Home')
    await candidatesAre({ after: [first], topK: 2, temperature: 0 })

    const { a, similarity, others, channels } = await inspect(asked, 'contexts', {
      word: 'ship',
      a: 'The old ship sailed out to sea',
      b: 'They ship the oil in casks',
      limit: 128,
    })
    const chart = page.locator('figure.chart', { hasText: 'Cosine of the two vectors' })
    await expect
      .poll(() => chart.locator('.legend').innerText())
      .toContain(`the word with itself ${digits(similarity[2]!)}`)
    expect(await chart.locator('.legend').innerText()).toContain(`other words with each other ${digits(others[2]!)}`)
    const title = "In the one text: the word's vector at each layer"
    await heatShows(title, [1, 5], `layer 1, channel 5: ${digits(a.vectors[channels + 5]!)}`)
    expect(faults).toEqual([])
  })

  test('Layers fills the gap of a model of masked tokens as the inspection does', async () => {
    await go('run', '.stats')
    await page.getByLabel('Run', { exact: true }).selectOption('masked')
    await page.getByRole('link', { name: 'Layers' }).click()
    await page.getByRole('heading', { name: 'Fill the gap' }).waitFor()
    const given = 'the white [MASK] and the [MASK] sailor'
    await page.locator('.panel', { hasText: 'Fill the gap' }).getByRole('textbox').fill(given)
    const { masks, text: filled } = await inspect(masked, 'fill', { text: given })
    const rows = masks.flatMap(({ fillings }) => fillings.map(each => `${shown(each)} ${percent(each.probability)}`))
    await expect.poll(() => rowsOf('.panel:nth-of-type(2) .candidates tbody tr')).toEqual(rows)
    expect(await page.locator('.panel:nth-of-type(2)').innerText()).toContain(filled)
    await page.getByLabel('Run', { exact: true }).selectOption('tiny')
    expect(faults).toEqual([])
  })

  test('Weights shows what the inspection says', async () => {
    await go('weights', '.chart')
    const weights: Weights = await inspect(asked, 'weights', { bins: 40 })
    const last = weights.steps.length - 1
    const legendIs = async (of: (group: Weights['groups'][number]) => string) => {
      const all = weights.groups.map(group => `${group.name} ${of(group)}`)
      for (const each of all) await expect.poll(() => text('.legend')).toContain(each)
    }
    await legendIs(({ relative }) => percent(relative[last]!))
    await page.getByText('spread', { exact: true }).click()
    await legendIs(({ spread }) => digits(spread[last]!))
    await page.getByText('norm', { exact: true }).click()
    await legendIs(({ norm }) => digits(norm[last]!))
    const [, tensor] = weights.tensors
    const told = `${tensor!.name}, step ${whole(weights.steps[2]!)}: ${digits(tensor!.norm[2]!)}`
    await heatShows('Length of all values (L2 norm), of each tensor at each snapshot', [1, 2], told)
    await page.getByLabel('Tensor', { exact: true }).selectOption(tensor!.name)
    const { counts } = tensor!.histogram!
    await heatShows(
      `Values of ${tensor!.name}, snapshot by snapshot`,
      [2, 7],
      `step ${weights.steps[2]}: ${whole(counts[2 * 40 + 7]!)} values`,
    )
    await page.getByRole('button', { name: 'Measure it' }).click()
    await page.waitForSelector('table.bars', { timeout: 120_000 })
    const { parts, loss, atStart } = await inspect(asked, 'ablate', {})
    expect(await rowsOf('table.bars tbody tr')).toEqual(
      parts.map(({ part, increase, loss: without, parameters }) =>
        [part, signed(increase), nats(without), percent(increase / (atStart - loss)), short(parameters)].join(' '),
      ),
    )
    expect(faults).toEqual([])
  })

  test('Blame shows what the inspection says, names of documents as text', async () => {
    await go('blame', 'table')
    const rowsAre = async (params: { step?: number }) => {
      const { documents } = await inspect(asked, 'blame', { limit: 50, ...params })
      const rows = documents.map(({ doc_id, source, steps, tokens, loss, excess }) => {
        const when = steps.length <= 3 ? steps.join(', ') : `${steps.length} steps`
        return [visible(doc_id), visible(source), when, whole(tokens), nats(loss), signed(excess)].join(' ')
      })
      await expect
        .poll(() => rowsOf('.panel:nth-of-type(2) tbody tr'))
        .toEqual(rows.map(row => row.replace(/\s+/g, ' ')))
    }
    await rowsAre({})
    const { sources } = await inspect(asked, 'blame', { limit: 50 })
    expect(await rowsOf('.panel:nth-of-type(1) tbody tr')).toEqual(
      sources.map(({ source, documents, tokens, loss, excess }) =>
        [source, whole(documents), whole(tokens), nats(loss), signed(excess)].join(' '),
      ),
    )
    await page.getByLabel('Of one step').fill('3')
    await rowsAre({ step: 3 })
    expect(faults).toEqual([])
  })

  test('the page is used by keyboard: past the navigation, and through it', async () => {
    await go('run', '.stats')
    await page.reload()
    await page.waitForSelector('.stats')
    await page.keyboard.press('Tab')
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('To the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement?.id')).toBe('main')
    await page.getByRole('link', { name: 'Blame' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Which texts were hardest?' }).waitFor()
    expect(await page.locator('nav a[aria-current="page"]').innerText()).toBe('Blame')
  })

  test('nothing that the corpus or the model wrote runs', async () => {
    await go('run', '.samples')
    const samples = await text('.samples')
    expect(samples).toContain('<script>globalThis.ran = true</script>')
    expect(samples).toContain('␇')
    expect(samples).not.toContain('\u202e')
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false)
    expect(await page.locator('main script, main img').count()).toBe(0)
    expect(faults).toEqual([])
  })

  test('a run of the quickstart: every view opens, and shows what the inspections say', {
    timeout: 400_000,
  }, async () => {
    const quickstart = await quickstartRun(30)
    const model = await openRun(quickstart.path, { backend: 'cpu' })
    const other = await serveView({ runs: [quickstart.path], open: { backend: 'cpu' } })
    const before = page
    page = await opened(other)
    const at = async (path: string, ready: string) => {
      await page.goto(`${other.address}#/${path}`)
      await page.waitForSelector(ready)
    }
    // It keeps no losses of documents, and says so.
    for (const { path, ready } of views) await at(path, path === 'blame' ? '.notice' : ready)
    await at('run', '.stats')
    const lines = readFileSync(join(quickstart.path, 'metrics.jsonl'), 'utf8').trim().split('\n')
    const evaluation = lines.map(line => JSON.parse(line)).findLast(({ type }) => type === 'evaluation')
    expect(await text('.stats')).toContain(nats(evaluation.values.loss))
    expect(evaluation.step).toBe(30)
    await at('tokens', '.token')
    const given = 'Call me Ishmael.'
    await page.getByRole('textbox', { name: 'Text' }).fill(given)
    const cut = await inspect(model, 'tokens', { text: given })
    await expect.poll(() => page.locator('button.token').allInnerTexts()).toEqual(cut.tokens.map(shown))
    await at('embeddings', 'table.bars tbody tr')
    await page.getByLabel('Token, or its number').fill('300')
    const { neighbors } = await inspect(model, 'neighbors', { token: 300, limit: 12 })
    const rows = neighbors.map(each => `${shown(each)} ${digits(each.similarity)}`)
    await expect.poll(() => rowsOf('table.bars tbody tr')).toEqual(rows)
    expect(faults).toEqual([])
    await page.close()
    page = before
    await other.close()
    model.dispose()
    await quickstart.dispose()
  })

  test('what a run writes appears while one looks', async () => {
    const path = join(run.runs, 'live')
    mkdirSync(path)
    const log = join(path, 'metrics.jsonl')
    const line = (step: number) =>
      `${JSON.stringify({ type: 'metric', step, values: { loss: 5 - step, tokens: 10, seconds: 1 } })}\n`
    writeFileSync(log, line(1))
    const live = await serveView({ runs: [path] })
    const watching = await opened(live)
    await expect.poll(() => watching.locator('.stats').first().innerText()).toContain('4.00')
    appendFileSync(log, line(2))
    await expect.poll(() => watching.locator('.stats').first().innerText()).toContain('3.00')
    await live.close()
    await watching.getByText('the server is gone').waitFor()
    await watching.close()
  })
})
