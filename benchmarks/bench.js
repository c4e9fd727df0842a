// npm run bench -- <name> [--case X] [--runs N] [--backend NAME]
//
// Runs ours and the peer alternately, each in a process of its own, and prints medians with their spread. A worker (a program
// in ours/ or peers/) leaves its own warm-up out and ends with one line of JSON: { "value", "rss_mb", "versions", ... }, some with the
// same figure of "processor" time: what is comparable on a machine that is not at rest, and what says how many cores were used.
// The last line printed is { "bench", "case", "ours", "peer", "ratio", "unit", "ours_rss_mb", "peer_rss_mb" }; a ratio above 1
// means that ours is better. Without --case all cases run and the last line is the one worst against its target.
// --backend names what ours computes on, in the suites that compute. Default: what 'auto' takes.
// Peers that need Python run with the interpreter named by BENCH_PYTHON, some of npm from the folder named by BENCH_NODE; without it
// ours runs alone.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))
const names = readdirSync(new URL('suites/', import.meta.url)).map(file => file.replace(/\.js$/, ''))

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: 'string' },
    runs: { type: 'string', default: '3' },
    backend: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
const [name] = positionals
if (options.help || !name || !names.includes(name)) {
  const problem = name && !options.help ? `no benchmark is called "${name}"\n` : ''
  process.stderr.write(
    `${problem}usage: npm run bench -- <${names.join(' | ')}> [--case X] [--runs N] [--backend NAME]\n`,
  )
  process.exit(options.help ? 0 : 2)
}
// Workers read it.
if (options.backend !== undefined) process.env.SLUICE_BACKEND = options.backend
const runs = Number(options.runs)
if (!Number.isInteger(runs) || runs < 1) {
  process.stderr.write(`--runs: expected a whole number of at least 1, found "${options.runs}"\n`)
  process.exit(2)
}

const { default: suite } = await import(`./suites/${name}.js`)
const cases = options.case ? suite.cases.filter(each => each.name === options.case) : suite.cases
if (cases.length === 0) {
  process.stderr.write(`${name} has no case "${options.case}": ${suite.cases.map(each => each.name).join(', ')}\n`)
  process.exit(2)
}

const python = process.env.BENCH_PYTHON
process.stdout.write(`${name}: ${cpus().length} cores of ${cpus()[0].model.trim()}, Node ${process.versions.node}\n`)
const lines = []
for (const each of cases) lines.push({ ...measure(each), target: each.target ?? 1 })
if (lines.length > 1) {
  // Compared to its target, so that a case that aims at 2 and reaches 1.5 counts as worse than one that aims at 1 and reaches 1.
  lines.sort((a, b) => (a.ratio ?? Infinity) / a.target - (b.ratio ?? Infinity) / b.target)
}
const { target: _, ...last } = lines[0]
process.stdout.write(`${JSON.stringify(last)}\n`)

function measure(each) {
  const ours = []
  const peer = []
  const there = each.peer?.program === 'python' ? python : each.peer?.folder ? process.env[each.peer.folder] : 'node'
  const withPeer = each.peer !== undefined && there !== undefined
  for (let i = 0; i < runs; i++) {
    ours.push(worker(each.ours))
    if (withPeer) peer.push(worker(each.peer))
  }
  if (each.peer && !withPeer) {
    const what = each.peer.folder
      ? `${each.peer.folder} to a folder that has installed`
      : 'BENCH_PYTHON to a Python with'
    process.stdout.write(`  no peer: set ${what} ${each.peer.needs}\n`)
  }
  const our = summary(ours)
  const their = peer.length > 0 ? summary(peer) : undefined
  const unit = each.unit ?? suite.unit
  print(`${each.name} ours`, our, unit)
  if (their) print(`${each.name} ${each.peer.label}`, their, unit)
  const better = suite.higherIsBetter
    ? our.median / (their?.median ?? Number.NaN)
    : (their?.median ?? Number.NaN) / our.median
  const ratio = Number.isFinite(better) ? Number(better.toFixed(3)) : null
  process.stdout.write(`  ratio ${ratio ?? 'unknown'} (target ${each.target ?? 1})\n`)
  return {
    bench: name,
    case: each.name,
    ours: our.median,
    peer: their?.median ?? null,
    ratio,
    unit,
    ours_rss_mb: our.rss,
    peer_rss_mb: their?.rss ?? null,
  }
}

function worker({ program, args }) {
  const command = program === 'python' ? python : process.execPath
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: here,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (error || status !== 0) {
    process.stderr.write(`${command} ${args.join(' ')} failed (${error?.message ?? status}):\n${stderr}${stdout}\n`)
    process.exit(1)
  }
  return JSON.parse(stdout.trimEnd().split('\n').at(-1))
}

function summary(results) {
  const values = results.map(result => result.value).sort((a, b) => a - b)
  const rss = results.map(result => result.rss_mb).sort((a, b) => a - b)
  const processor = results.flatMap(result => result.processor ?? []).sort((a, b) => a - b)
  return {
    median: values[values.length >> 1],
    low: values[0],
    high: values.at(-1),
    rss: rss[rss.length >> 1],
    processor: processor[processor.length >> 1],
    note: results[0].note,
    versions: results[0].versions,
  }
}

function print(label, { median, low, high, rss, processor, note, versions }, unit) {
  const busy = processor === undefined ? '' : `, ${processor.toFixed(1)} of processor time`
  const figures = `${median.toFixed(1)} ${unit} (${low.toFixed(1)} to ${high.toFixed(1)}${busy}), ${rss} MB`
  process.stdout.write(`  ${label}: ${figures}${note ? `; ${note}` : ''}  [${versions}]\n`)
}
