import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// One configuration for every package (`vitest run --root . --config ../../vitest.config.ts`). Workspace names resolve to
// sources through the closed condition `@sluice/source`, so one package's tests run with nothing built.
export default defineConfig({
  resolve: { conditions: ['@sluice/source', ...defaultServerConditions] },
  ssr: { resolve: { conditions: ['@sluice/source', ...defaultServerConditions] } },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: a worker per core, so that heavy numeric tests do not starve each other into a timeout.
    maxWorkers: 2,
    pool: 'forks',
    // scripts/test.js adds these up.
    reporters: ['default', ['json', { outputFile: '.vitest/results.json' }]],
  },
})
