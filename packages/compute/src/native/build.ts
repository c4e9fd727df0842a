/** What building the C++ kernels came to. */
export interface NativeBuild {
  /** Whether it was compiled just now. */
  readonly built: boolean
  /** The addon; absent if there is none. */
  readonly path?: string
  /** What was done, or why there is no addon. */
  readonly reason: string
  /** What to do about it. */
  readonly advice?: string
  /** The compiler's first line about itself. */
  readonly compiler?: string
  /** Instruction sets that the compiler is too old for. */
  readonly leftOut?: readonly string[]
  readonly seconds: number
}

export interface NativeBuildOptions {
  /** Compile even if nothing has changed. Default false. */
  readonly force?: boolean
  /** Takes what the compiler says. Default: it is left out. */
  readonly log?: (text: string) => void
}

/**
 * Compiles the C++ kernels with the system's compiler (`c++`, or what CXX names), unless they are there already. Never throws because
 * of what the compiler does.
 */
export async function buildNative(options: NativeBuildOptions = {}): Promise<NativeBuild> {
  // The installation runs it before any TypeScript is compiled, so it is plain JavaScript; the same path from src and from dist.
  const script = new URL('../../native/build.js', import.meta.url).href
  return ((await import(script)) as { buildNative: typeof buildNative }).buildNative(options)
}
