// What is done to a run while it goes on.
import { copyFileSync, readdirSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file was harmed before the run had looked at its text: it does not go on (exit code 2), and says which file. */
const notResumed = /the text is not what it was: corpus\/part-\d\.jsonl/

/**
 * Each is given the child process and the folder of the case, does its harm, and gives back what mends it. The run must end by itself
 * or by the signal, with one of `codes`, having said what `says` has for that code. `harmsText`: a file is harmed.
 */
export const faults = {
  // Before the command has begun to listen, the system ends it.
  SIGINT: { codes: [0, 130, null], do: ({ child }) => void child.kill('SIGINT') },
  SIGTERM: { codes: [0, 143, null], do: ({ child }) => void child.kill('SIGTERM') },
  SIGKILL: { codes: [0, null], do: ({ child }) => void child.kill('SIGKILL') },
  /** A file loses its end. */
  truncated: {
    harmsText: true,
    codes: [0, 1, 2],
    says: {
      1: /part-\d\.jsonl(\.gz)?: (it had \d+ bytes when (it was opened|this run began to read)|line \d+|.*(ends|end|truncated|cut))/,
      2: notResumed,
    },
    do: ({ folder, random }) =>
      harmed(folder, random, (path, size) => truncateSync(path, Math.floor(size * random.uniform(2)))),
  },
  /** A file is not where it was. */
  gone: {
    harmsText: true,
    codes: [0, 1, 2],
    says: {
      1: /part-\d\.jsonl(\.gz)?: cannot (look at|open) it \(ENOENT\); check that \S+ still is where it was/,
      2: notResumed,
    },
    do: ({ folder, random }) => harmed(folder, random, path => renameSync(path, join(folder, 'elsewhere'))),
  },
  /** The thread that refines ends in the middle of a document; where it is the only one, the process does. See modes.js. */
  died: {
    codes: [0, 9],
    do: ({ folder }) => void writeFileSync(join(folder, 'die'), ''),
  },
}

/** Harms one of the corpus's files; mending puts back what it was. */
function harmed(folder, random, harm) {
  const corpus = join(folder, 'corpus')
  const names = readdirSync(corpus).filter(name => /\.jsonl(\.gz)?$/.test(name))
  const path = join(corpus, names[random.below(1, names.length)])
  const kept = join(folder, 'kept')
  copyFileSync(path, kept)
  harm(path, statSync(path).size)
  return () => copyFileSync(kept, path)
}

/** The user's own filter that ends its thread or process where it is told to. */
export const dyingFilter = `
import { existsSync, rmSync } from 'node:fs'
const mark = new URL('./die', import.meta.url)
export default function keep() {
  if (existsSync(mark)) {
    rmSync(mark, { force: true })
    process.exit(9)
  }
  return true
}
`
