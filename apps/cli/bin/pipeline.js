#!/usr/bin/env node
// Committed as plain JavaScript, so that `npm ci` links the command before anything is built.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
if (!existsSync(fileURLToPath(main))) {
  process.stderr.write('pipeline: not built yet: run `npm run build` in the root of the checkout\n')
  process.exit(2)
}
// The process is the command's own: nobody else's heap is changed by it.
const { collectLessOften } = await import('@sluice/pipeline')
collectLessOften()
const { main: run } = await import(main.href)
process.exitCode = await run(process.argv.slice(2))
