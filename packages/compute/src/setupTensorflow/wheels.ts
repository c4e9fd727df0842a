import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pip } from './pip.ts'
import type { Machine } from './platform.ts'
import { lastWords, type RunProgram } from './program.ts'
import { stepError } from './step.ts'

/** One wheel that is needed, as the package index offers it. */
export interface Wheel {
  readonly name: string
  readonly version: string
  readonly file: string
  /** Hexadecimal; absent where the index gives none. */
  readonly sha256?: string
}

export interface Resolved {
  readonly wheels: readonly Wheel[]
  /** What pip has to be told for it to choose the same wheels again. */
  readonly pipArguments: readonly string[]
}

/**
 * Asks pip which wheels TensorFlow's libraries are in. Where the Python at hand is one that TensorFlow has no wheels for, it asks for
 * those of another: the libraries are the same, and no Python of ours ever loads them.
 */
export async function resolveWheels(options: {
  readonly run: RunProgram
  readonly pip: Pip
  readonly version: string
  readonly gpu: boolean
  readonly machine: Machine
}): Promise<Resolved> {
  const { run, pip, version, gpu, machine } = options
  const requirement = `${packageFor(gpu, machine)}==${version}`
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-'))
  try {
    let refusal = ''
    for (const pipArguments of [[], ['--python-version', OTHER_PYTHON]]) {
      const report = join(scratch, 'report.json')
      const ended = await run(pip.program, [
        ...pip.prefix,
        ...['install', '--dry-run', '--ignore-installed', '--only-binary', ':all:', '--quiet', '--no-input'],
        ...(gpu ? [] : ['--no-deps']),
        ...pipArguments,
        ...(pipArguments.length > 0 ? ['--target', join(scratch, 'target')] : []),
        ...['--report', report, requirement],
      ])
      if (ended?.code === 0) return { wheels: wheelsOf(await readFile(report, 'utf8')), pipArguments }
      refusal ||= ended ? `${ended.stdout}\n${ended.stderr}` : 'it cannot be started'
    }
    throw refused(requirement, refusal)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A Python that every TensorFlow from 2.16 to the present one has wheels for. */
const OTHER_PYTHON = '3.12'

/** The package of wheels for the CPU alone exists for x86-64 Linux; elsewhere the ordinary one has no GPU code or needs none. */
function packageFor(gpu: boolean, machine: Machine): string {
  if (gpu) return 'tensorflow[and-cuda]'
  return machine === 'linux-x64' ? 'tensorflow-cpu' : 'tensorflow'
}

interface PipReport {
  readonly install: readonly {
    readonly metadata: { readonly name: string; readonly version: string }
    readonly download_info: {
      readonly url: string
      readonly archive_info?: { readonly hashes?: { readonly sha256?: string }; readonly hash?: string }
    }
  }[]
}

/** Of everything that Python would need, TensorFlow's own libraries and NVIDIA's. */
function wheelsOf(report: string): Wheel[] {
  const { install } = JSON.parse(report) as PipReport
  return install
    .filter(({ metadata }) => /^(?:tensorflow|nvidia)(?:[-_]|$)/i.test(metadata.name))
    .map(({ metadata: { name, version }, download_info: { url, archive_info } }) => {
      const sha256 = archive_info?.hashes?.sha256 ?? archive_info?.hash?.replace(/^sha256=/, '')
      const file = decodeURIComponent(url.split('/').at(-1)!)
      return { name, version, file, ...(sha256 === undefined ? {} : { sha256 }) }
    })
}

function refused(requirement: string, said: string): Error {
  const versions = /from versions: ([^)]+)\)/.exec(said)?.[1]?.split(', ')
  if (versions && versions[0] !== 'none') {
    const newest = versions.filter(version => !/[a-z]/.test(version)).slice(-5)
    return stepError(
      'resolve',
      `pip finds no ${requirement} for this machine`,
      `--version takes, for instance, ${newest.join(', ')}`,
    )
  }
  const reason = lastWords({ code: 1, stdout: '', stderr: said })
  if (/No matching distribution/.test(reason)) {
    const advice =
      'TensorFlow has wheels for Linux with glibc and for macOS on Apple silicon; a private index may lack it'
    return stepError('resolve', `pip finds no wheel of ${requirement} for this machine`, advice)
  }
  return stepError(
    'resolve',
    `pip cannot say what ${requirement} needs: ${reason}`,
    'see that pip reaches its package index',
  )
}
