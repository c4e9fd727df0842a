import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where package managers put it; `SLUICE_CHROMIUM` says otherwise. */
const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Path of a Chromium; undefined where there is none. */
export const chromiumPath: string | undefined = process.env.SLUICE_CHROMIUM ?? usual.find(path => existsSync(path))

/** A browser that talks to nobody of its own accord. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: [
      // Tests may run as root, where Chromium has no sandbox.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}
