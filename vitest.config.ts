import { fileURLToPath } from 'node:url'
import { defaultServerConditions, type Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const seeded = fileURLToPath(new URL('scripts/seeded-fast-check.js', import.meta.url))

/** Properties draw the same in every run. */
const seededProperties: Plugin = {
  name: 'seeded-properties',
  enforce: 'pre',
  resolveId: (source, importer) => (source === 'fast-check' && importer !== seeded ? seeded : undefined),
}

// One configuration for every package (`vitest run --root . --config ../../vitest.config.ts`). Workspace names resolve to
// sources through the closed condition `@sluice/source`, so one package's tests run with nothing built.
export default defineConfig({
  plugins: [seededProperties],
  resolve: { conditions: ['@sluice/source', ...defaultServerConditions] },
  ssr: { resolve: { conditions: ['@sluice/source', ...defaultServerConditions] } },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // What is waited for comes; when, depends on what else the machine does.
    expect: { poll: { timeout: 60_000 } },
    // Two cores: a worker per core, so that heavy numeric tests do not starve each other into a timeout.
    maxWorkers: 2,
    pool: 'forks',
    // scripts/test.js adds these up.
    reporters: ['default', ['json', { outputFile: '.vitest/results.json' }]],
  },
})
