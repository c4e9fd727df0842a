// What typescript-loader.js tells Node: run in a thread of Node's own.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// What has been made JavaScript once is kept: a thread starts several times quicker.
const kept = fileURLToPath(new URL('../node_modules/.cache/typescript/', import.meta.url))

/** Workspace names mean sources, as in vitest.config.ts. */
export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: ['@sluice/source', ...context.conditions] })
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
  const path = fileURLToPath(url)
  const source = readFileSync(path, 'utf8')
  const file = `${kept}${createHash('sha256').update(path).update('\0').update(source).digest('hex')}.js`
  if (existsSync(file)) return { format: 'module', source: readFileSync(file, 'utf8'), shortCircuit: true }
  const { transformSync } = await import('rolldown/utils')
  const { code, errors } = transformSync(path, source)
  if (errors.length > 0) throw errors[0]
  mkdirSync(kept, { recursive: true })
  const unfinished = `${file}.${process.pid}.${performance.now()}`
  writeFileSync(unfinished, code)
  renameSync(unfinished, file)
  return { format: 'module', source: code, shortCircuit: true }
}
