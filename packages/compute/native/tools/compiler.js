// The system's C++ compiler, and what it is told.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { env, platform } from 'node:process'
import { run } from './run.js'

const DEFAULTS = platform === 'win32' ? ['clang++'] : ['c++', 'g++', 'clang++']

/** What to do where there is none. */
const PACKAGES = {
  linux: 'install g++ or clang (on Debian and Ubuntu: apt install g++), or name one with CXX',
  darwin: 'run xcode-select --install, or name a compiler with CXX',
  win32: "install LLVM's clang++ with the C++ build tools of Visual Studio, or name one with CXX",
}

/**
 * The compiler that CXX names (`clang++`, `ccache g++`, `zig c++`), else the first of the usual names that answers.
 *
 * @returns {Promise<{ program: string, args: string[], version: string, clang: boolean } | { reason: string, advice: string }>}
 */
export async function findCompiler() {
  const asked = env.CXX?.trim()
  for (const name of asked ? [asked] : DEFAULTS) {
    const [program, ...args] = existsSync(name) ? [name] : name.split(/\s+/)
    const answer = await run(program, [...args, '--version']).catch(() => undefined)
    if (answer?.code !== 0) continue
    const version = answer.out.trim()
    const clang = /clang/i.test(version)
    if (platform === 'win32' && !clang) {
      // Its code for 32-byte vectors on the stack is wrong there (GCC bug 54412).
      return { reason: `on Windows ${name} cannot compile the C++ kernels, clang++ can`, advice: PACKAGES.win32 }
    }
    return { program, args, version, clang }
  }
  const advice = PACKAGES[platform] ?? PACKAGES.linux
  return { reason: asked ? `CXX names ${asked}, which does not run` : 'there is no C++ compiler', advice }
}

/** The folder of Node's C headers, or undefined. */
export function findHeaders() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include')
  } catch {
    return undefined
  }
}

/**
 * Flags of every unit.
 *
 * @param {{ os: string, headers: string, portable: boolean, version: string }} target `version` as the compiler tells it
 */
export function compileFlags({ os, headers, portable, version }) {
  // Microsoft's library is a matter of the compiler there, not of the linker.
  const own = portable && /windows-msvc/.test(version) ? ['-fms-runtime-lib=static'] : []
  return [
    '-std=c++17',
    '-O3',
    '-ffp-contract=off',
    ...(os === 'win32' ? ['-DNAPI_EXTERN=', '-D_CRT_SECURE_NO_WARNINGS'] : ['-fPIC', '-pthread']),
    '-fvisibility=hidden',
    '-Wall',
    '-Wextra',
    '-DNDEBUG',
    '-DNAPI_VERSION=8',
    ...own,
    ...(env.CXXFLAGS ?? '').split(/\s+/).filter(Boolean),
    `-I${headers}`,
  ]
}

/**
 * Flags of the link. Every symbol is looked up when the addon is loaded: what is missing is an error there and not the end of the
 * process later. `-z defs` would refuse the functions that Node itself brings; loading the addon once, before it is taken
 * over, finds the same.
 *
 * @param {{ os: string, portable: boolean }} target `portable`: to run on other machines than this one
 */
export function linkFlags({ os, portable }) {
  if (os === 'darwin') return ['-shared', '-undefined', 'dynamic_lookup']
  if (os === 'win32') return ['-shared']
  const own = portable ? ['-static-libstdc++', '-static-libgcc', '-Wl,--exclude-libs,ALL'] : []
  return ['-shared', '-pthread', '-Wl,-z,nodelete', '-Wl,-z,now', '-Wl,-z,relro', '-Wl,-z,noexecstack', ...own]
}

const avx512 = ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma']

/**
 * The units that are compiled once per instruction set, with the flags they need. Those with a `macro` are left out where the
 * compiler is too old for them.
 */
export const instructionSets = {
  x64: {
    portable: { flags: [] },
    avx2: { flags: ['-mavx2', '-mfma'] },
    avx512: { flags: avx512 },
    avx512bf16: { flags: [...avx512, '-mavx512bf16'], macro: 'SLUICE_BUILD_AVX512BF16' },
    amx: { flags: [...avx512, '-mavx512bf16', '-mamx-tile', '-mamx-bf16'], macro: 'SLUICE_BUILD_AMX' },
  },
  arm64: { portable: { flags: [] }, neon: { flags: [] } },
}
