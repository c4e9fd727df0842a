import { fileURLToPath } from 'node:url'

/** What a thread runs. */
export interface ThreadProgram {
  readonly url: URL
  /** Flags of Node. Not the process's: some, as that of a program given on the command line, suit no thread. */
  readonly execArgv: readonly string[]
}

/** The same where it is built; undefined where the one that asks is run from its TypeScript source, and may do the work itself. */
export function builtProgram(module: string, name: string): ThreadProgram | undefined {
  return module.endsWith('.ts') ? undefined : threadProgram(module, name)
}

/**
 * The program of a thread: a module beside the one that asks. Built, that is JavaScript. Of TypeScript sources, which Node 20 does
 * not run by itself, the thread gets the loader of this repository: tests need no build.
 *
 * @param module `import.meta.url` of the one that asks
 * @param name without its ending: `./worker`
 */
export function threadProgram(module: string, name: string): ThreadProgram {
  if (!module.endsWith('.ts')) return { url: new URL(`${name}.js`, module), execArgv: [] }
  const loader = fileURLToPath(new URL('../../../../scripts/typescript-loader.js', import.meta.url))
  return { url: new URL(`${name}.ts`, module), execArgv: ['--import', loader] }
}
