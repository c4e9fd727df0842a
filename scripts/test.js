// `npm test`: sets everything up, then lint, types, every package's tests and the whole-pipeline tests. The last line is
// `N passed, N failed`, counting each test, the lint and the type check; the exit code is 0 only if nothing failed.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { install, requireNode, root, run, say, tool } from './setup.js'

requireNode()
install()
run(process.execPath, [join(root, 'scripts', 'prepare.js')])

const totals = { passed: 0, failed: 0, skipped: 0 }
function check(name, { status }) {
  say(`${name}: ${status === 0 ? 'ok' : 'FAILED'}`)
  totals[status === 0 ? 'passed' : 'failed']++
}
check('lint', tool('@biomejs/biome/bin/biome', ['check', '.']))
check('types', tool('typescript/bin/tsc', ['-p', 'tsconfig.json']))
check('types of the page', tool('typescript/bin/tsc', ['-p', 'packages/view/tsconfig.page.json']))

// vitest leaves its figures in each package (see vitest.config.ts); turbo restores them with a cached run.
const packages = [...folders('packages'), ...folders('apps'), 'tests']
for (const folder of packages) rmSync(results(folder), { force: true })
const arguments_ = ['run', 'test', '--concurrency=1', '--continue', '--output-logs=new-only']
const tests = tool('turbo/bin/turbo', process.env.CI ? [...arguments_, '--force'] : arguments_)
for (const folder of packages) add(folder)
// A package that broke before vitest could count has no figures: that is a failure too.
if (tests.status !== 0 && totals.failed === 0) totals.failed++

const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed${skipped}\n`)
process.exitCode = totals.failed === 0 ? 0 : 1

function folders(parent) {
  const entries = readdirSync(join(root, parent), { withFileTypes: true })
  return entries.filter(entry => entry.isDirectory()).map(entry => join(parent, entry.name))
}

function results(folder) {
  return join(root, folder, '.vitest', 'results.json')
}

function add(folder) {
  let report
  try {
    report = JSON.parse(readFileSync(results(folder), 'utf8'))
  } catch {
    say(`${folder}: no test results: FAILED`)
    totals.failed++
    return
  }
  totals.passed += report.numPassedTests
  totals.failed += report.numFailedTests
  totals.skipped += report.numPendingTests + report.numTodoTests
  // A file that does not load fails without a test to blame.
  const broken = report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0)
  totals.failed += broken.length
}
