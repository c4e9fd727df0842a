// node scripts/backpressure.js FOLDER
// Draws the pictures of docs/backpressure.md from what the benchmarks have written into a folder:
//   node benchmarks/backpressure.js FOLDER/gate.json
//   node benchmarks/memory.js --all --out FOLDER     or a part at a time: --slow <part> --out FOLDER/slow-<part>.json
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chart } from '../packages/recipe/dist/report/chart/chart.js'
import { style } from '../packages/recipe/dist/report/style.js'
import { standalone } from './standalone.js'

const [folder] = process.argv.slice(2)
const read = name => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const docs = new URL('../docs/', import.meta.url)

function draw(name, options) {
  const { markup } = chart({ id: name, width: 760, height: 320, fromZero: true, ...options })
  writeFileSync(new URL(`${name}.svg`, docs), standalone(markup, style))
}

const { without, gated } = read('gate.json')
draw('backpressure-gate', {
  title: 'Frames of 1 MiB read and not consumed, behind concatMap',
  description:
    'Without the gate most frames pile up before the slow part; with it no more than the mark of 16 MiB and one.',
  lines: [
    { className: 'heldout', label: 'RxJS alone', points: without },
    { className: 'training', label: 'with the gate', points: gated },
  ],
  references: [{ label: 'mark, MiB', y: 16 }],
  xUnit: 's',
  endValues: false,
  format: value => String(Math.round(value)),
})

const runs = readdirSync(folder)
  .filter(name => /^slow-.*\.json$/.test(name))
  .map(read)
const megabytes = value => String(Math.round(value / 1e6))
const over = what => trace => trace.map(point => ({ x: point.text / 1e6, y: point[what] }))
const sink = runs.find(({ slow }) => slow === 'sink')
if (sink)
  draw('backpressure-memory', {
    title: 'Resident memory of the process over the text read, a slow sink',
    description: `Resident memory stays level from the first hundred megabytes to the end, below the budget of ${megabytes(sink.memory)} MB.`,
    lines: [
      { className: 'heldout', label: 'most ever', points: over('peak')(sink.trace) },
      { className: 'training', label: 'resident', points: over('resident')(sink.trace) },
      { className: 'group-3', label: 'in flight', points: over('held')(sink.trace) },
    ],
    references: [{ label: 'budget', y: sink.memory }],
    xUnit: 'MB',
    endValues: false,
    format: megabytes,
  })

// The slow sink has its own picture, and may have been run for longer.
const others = runs.filter(({ slow }) => slow !== 'sink')
if (others.length > 0)
  draw('backpressure-positions', {
    title: 'The most that the process ever held, each part in turn the slow one',
    description: 'Whichever part is slow, the peak is reached early and stays.',
    lines: others.map(({ slow, trace }, i) => ({
      className: `group-${i % 5}`,
      label: slow,
      points: over('peak')(trace),
    })),
    references: [{ label: 'budget', y: others[0].memory }],
    xUnit: 'MB',
    endValues: false,
    format: megabytes,
  })
