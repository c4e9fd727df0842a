import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inspect, openRun, type Weights } from '@sluice/recipe'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digits, nats, whole } from '@sluice/recipe/show'
import { views } from './page/views/names.ts'
import { serveView, type ViewServer } from './server/index.ts'
import { chromiumPath, launch } from './testing/browser.ts'
import { nasty, type TestRun, tinyRun } from './testing/run.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

if (chromiumPath === undefined) {
  test.skip('the page in a browser: no Chromium here; install one or set SLUICE_CHROMIUM to its path', () => {})
}

describe.skipIf(chromiumPath === undefined)('the page in a browser', () => {
  let run: TestRun
  let server: ViewServer
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let faults: string[]

  beforeAll(async () => {
    run = await tinyRun()
    await tinyRun({ runs: join(run.runs, '..'), name: 'other', steps: 4 })
    // What a model may write, and a log may hold.
    const written = Object.values(nasty).join(' ')
    const sample = { type: 'sample', step: 13, prompt: nasty.script, text: `${written}${'é'.repeat(1 << 20)}` }
    const warning = { type: 'warning', stage: nasty.script, message: written }
    appendFileSync(join(run.path, 'metrics.jsonl'), `${JSON.stringify(sample)}\n${JSON.stringify(warning)}\n`)
    server = await serveView({
      runs: [run.path, join(run.runs, 'other')],
      open: path => openRun(path, { backend: 'cpu' }),
    })
    browser = await launch()
    context = await browser.newContext({ viewport: { width: 1200, height: 900 }, bypassCSP: false })
    page = await opened(server)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
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
    const opened = await openRun(run.path)
    const cut = await inspect(opened, 'tokens', { text: given })
    await expect.poll(() => page.locator('button.token').count()).toBe(cut.tokens.length)
    await expect.poll(() => text('.stats')).toContain(whole(cut.total))
    await page.locator('button.token').nth(3).click()
    const detail = await text('.detail')
    expect(detail).toContain(`number ${cut.tokens[3]!.id}`)
    expect(detail).toContain(cut.tokens[3]!.bytes[0]!.toString(16).padStart(2, '0'))
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false)
    expect(await page.locator('main script, main img, main b:has(script)').count()).toBe(0)
    opened.dispose()
  })

  test('a long word is shown as text', async () => {
    await go('tokens', '.token')
    await page.getByRole('textbox', { name: 'Text' }).fill('<script>'.repeat(1 << 13))
    await expect.poll(() => text('.stats'), { timeout: 30_000 }).toContain('65,536')
    expect(await page.locator('button.token').count()).toBeLessThanOrEqual(2000)
    expect(faults).toEqual([])
  })

  test('Weights shows what the inspection says', async () => {
    await go('weights', '.chart')
    const opened = await openRun(run.path)
    const weights: Weights = await inspect(opened, 'weights', {})
    const legend = await text('.legend')
    for (const { name, relative } of weights.groups) {
      const last = relative.at(-1)
      expect(legend).toContain(name)
      if (last) expect(legend).toMatch(/\d %/)
    }
    await page.getByText('norm', { exact: true }).click()
    await expect.poll(() => text('.legend')).toContain(digits(weights.groups[0]!.norm[weights.steps.length - 1]!))
    await page.getByRole('button', { name: 'Measure it' }).click()
    await page.waitForSelector('table.bars', { timeout: 60_000 })
    const { parts } = await inspect(opened, 'ablate', {})
    const table = await text('table.bars')
    for (const { part, loss } of parts) {
      expect(table).toContain(part)
      expect(table).toContain(nats(loss))
    }
    opened.dispose()
  })

  test('Blame shows what the inspection says, names of documents as text', async () => {
    await go('blame', 'table')
    const opened = await openRun(run.path)
    const { documents } = await inspect(opened, 'blame', { limit: 50 })
    const rows = page.locator('.panel').nth(1).locator('tbody tr')
    await expect.poll(() => rows.count()).toBe(documents.length)
    expect(await rows.first().innerText()).toContain(nats(documents[0]!.loss))
    await page.getByLabel('Of one step').fill('3')
    const three = await inspect(opened, 'blame', { limit: 50, step: 3 })
    await expect.poll(() => rows.count()).toBe(three.documents.length)
    opened.dispose()
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

  test('what a run writes appears while one looks', async () => {
    const path = join(run.runs, 'live')
    mkdirSync(path)
    const log = join(path, 'metrics.jsonl')
    const line = (step: number) =>
      `${JSON.stringify({ type: 'metric', step, values: { loss: 5 - step, tokens: 10, seconds: 1 } })}\n`
    writeFileSync(log, line(1))
    const live = await serveView({ runs: [path], open: path => openRun(path) })
    const watching = await opened(live)
    await expect.poll(() => watching.locator('.stats').first().innerText()).toContain('4.00')
    appendFileSync(log, line(2))
    await expect.poll(() => watching.locator('.stats').first().innerText()).toContain('3.00')
    await live.close()
    await watching.getByText('the server is gone').waitFor()
    await watching.close()
  })
})
