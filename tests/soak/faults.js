// What is done to a run while it goes on.
import { copyFileSync, readdirSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Each is given the child process and the folder of the case, does its harm, and gives back what mends it. The run must end by itself
 * or by the signal; how, is checked by whoever asked for it.
 */
export const faults = {
  // Before the command has begun to listen, the system ends it.
  SIGINT: { codes: [0, 130, null], do: ({ child }) => void child.kill('SIGINT') },
  SIGTERM: { codes: [0, 143, null], do: ({ child }) => void child.kill('SIGTERM') },
  SIGKILL: { codes: [0, null], do: ({ child }) => void child.kill('SIGKILL') },
  /** A file loses its end. */
  truncated: {
    codes: [0, 1, 2],
    says: /part-\d\.jsonl(\.gz)?: (it had \d+ bytes when (it was opened|this run began to read)|line \d+|.*(ends|end|truncated|cut))/,
    do: ({ folder, random }) =>
      harmed(folder, random, (path, size) => truncateSync(path, Math.floor(size * random.uniform(2)))),
  },
  /** A file is not where it was. */
  gone: {
    codes: [0, 1, 2],
    says: /part-\d\.jsonl(\.gz)?: cannot (look at|open) it \(ENOENT\); check that \S+ still is where it was/,
    do: ({ folder, random }) => harmed(folder, random, path => renameSync(path, `${path}.elsewhere`)),
  },
  /** The thread that refines, or the process where there is no thread, ends in the middle of a document. */
  died: {
    codes: [0, 1, 9],
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
