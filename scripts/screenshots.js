// `node scripts/screenshots.js [run]`: pictures of each view of a run (runs/quickstart), into docs/view. It takes a Chromium: see
// SLUICE_CHROMIUM. What a view offers to compute is asked for first, so that the pictures show it.
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { serveView } from '@sluice/view'
import { chromium } from 'playwright-core'
import { root, say } from './setup.js'

const run = resolve(process.argv[2] ?? join(root, 'runs', 'quickstart'))
const executablePath =
  process.env.SLUICE_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(path => existsSync(path))
if (executablePath === undefined) throw new Error('no Chromium here: install one, or set SLUICE_CHROMIUM to its path')
const folder = join(root, 'docs', 'view')
mkdirSync(folder, { recursive: true })

const server = await serveView({ runs: [run] })
const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
})
const page = await browser.newPage({ viewport: { width: 1180, height: 860 }, colorScheme: 'light' })
await page.goto(server.url)
await page.waitForSelector('nav.views')
const views = await page.locator('nav.views a').evaluateAll(links => links.map(link => link.hash.slice(2)))
for (const view of views) {
  await page.goto(`${server.address}#/${view}`)
  await page.waitForSelector('.panel, .notice')
  await settled()
  const offered = page.getByRole('button', { name: 'Measure it' })
  if ((await offered.count()) > 0) {
    await offered.click()
    await settled()
  }
  const height = await page.evaluate(() => Math.min(document.documentElement.scrollHeight, 1500))
  await page.setViewportSize({ width: 1180, height })
  await page.evaluate(() => scrollTo(0, 0))
  await page.waitForTimeout(300)
  await page.screenshot({ path: join(folder, `${view}.png`) })
  await page.setViewportSize({ width: 1180, height: 860 })
  say(`docs/view/${view}.png`)
}
await page.emulateMedia({ colorScheme: 'dark' })
await page.goto(`${server.address}#/run`)
await page.waitForSelector('.stats')
await page.waitForTimeout(500)
await page.screenshot({ path: join(folder, 'run-dark.png') })
await browser.close()
await server.close()

/** Until nothing is being computed. */
async function settled() {
  await page.waitForTimeout(800)
  await page.waitForFunction(() => document.querySelectorAll('.doing, .stale').length === 0, undefined, {
    timeout: 300_000,
  })
  await page.waitForTimeout(300)
}
