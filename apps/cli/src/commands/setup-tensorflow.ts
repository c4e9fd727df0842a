import type { Setup as Done, StepReport } from '@sluice/compute/setup-tensorflow'
import type { Console } from '../terminal/console.ts'
import { clip } from '../terminal/format.ts'
import type { Setup } from './setup.ts'

interface Options {
  readonly gpu: boolean
  readonly version?: string
  readonly remove: boolean
  readonly python?: string
  readonly force: boolean
  readonly json: boolean
}

/** Fetches TensorFlow's libraries and compiles their binding, in the user's cache. */
export const setupTensorflow: Setup<Options> = {
  describe: "fetch TensorFlow's libraries and compile their binding, 0.8 GB in the user's cache",
  options: {
    gpu: { type: 'boolean', default: false, describe: "tensorflow: with NVIDIA's libraries, several GB more" },
    version: { type: 'string', describe: 'tensorflow: another version than 2.21.0' },
    remove: { type: 'boolean', default: false, describe: 'tensorflow: remove all of it, or one --version' },
    python: { type: 'string', describe: 'tensorflow: a Python with pip that is not on the path' },
    force: { type: 'boolean', default: false, describe: 'Make it again even if it is there' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object' },
  },
  examples: [
    ['$0 setup tensorflow', 'TensorFlow for the CPU; needs pip or uv, npm and a C++ compiler'],
    ['$0 setup tensorflow --gpu', 'for an NVIDIA GPU'],
  ],
  async run(options, console) {
    const tensorflow = await import('@sluice/compute/setup-tensorflow')
    const { gpu, version, python, force, json } = options
    const which = { gpu, ...(version === undefined ? {} : { version }) }
    const say = (line: string) => console.stdout.write(`${line}\n`)
    if (options.remove) {
      const removed = await tensorflow.removeTensorflow(which)
      if (json) say(JSON.stringify({ removed }))
      else say(removed.length > 0 ? `removed ${removed.join(', ')}` : 'tensorflow: nothing to remove')
      return 0
    }
    const progress = progressOn(console)
    try {
      const done = await tensorflow.setupTensorflow({
        ...which,
        ...(python === undefined ? {} : { python }),
        ...{ force, tell: progress.tell },
      })
      progress.end()
      say(json ? JSON.stringify(done) : summary(done))
      return 0
    } finally {
      progress.end()
    }
  },
}

/** Steps that are done, a line each; on a terminal, below them, what is being done. To standard error: the result is the output. */
function progressOn({ stderr }: Console) {
  let drawn = false
  const erase = () => {
    if (drawn) stderr.write('\r\x1b[K')
    drawn = false
  }
  return {
    tell({ step, text, done }: StepReport) {
      if (!done && !stderr.isTTY) return
      const line = `${step.padEnd(9)} ${text}`
      erase()
      stderr.write(done ? `${line}\n` : clip(line, stderr.columns - 1))
      drawn = !done
    },
    end: erase,
  }
}

/** What there is now, in one line. */
export function summary({ built, folder, check, seconds, record }: Done): string {
  const { gpu, devices = [], gflops, gflopsBf16 } = check
  const where = gpu ? devices.join(' and ') || 'a GPU' : 'the CPU'
  const speed = `${gflops} GFLOPS in f32${gflopsBf16 === undefined ? '' : `, ${gflopsBf16} in bf16`}`
  const lines = [
    `tensorflow: ${built ? `made in ${seconds.toFixed(0)} s` : 'nothing to do, it is there'}, in ${folder}`,
    `TensorFlow ${check.version} on ${where}: ${speed}`,
    'use it with "backend": "tensorflow" in a recipe, or --backend tensorflow',
  ]
  if (gpu) lines.push('not verified on any GPU by its makers: docs/gpu.md says what to check and how to report it')
  else if (record.gpu) lines.push('it sees no GPU: docs/gpu.md says what it needs')
  return lines.join('\n')
}
