import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SetupRecord } from '../backends/tensorflow/installation.ts'
import type { Layout } from '../backends/tensorflow/layout.ts'
import { buildBinding, findCompiler } from './build.ts'
import { downloadWheels } from './download.ts'
import { libraryFiles } from './files.ts'
import { bindingFor, findNpm, installBinding } from './npmProject.ts'
import { DEFAULT_VERSION, type SetupOptions } from './options.ts'
import { findPip } from './pip.ts'
import { type Machine, requireMachine } from './platform.ts'
import { runProgram } from './program.ts'
import { freeBytesIn, gigabytes, requireSpace } from './space.ts'
import type { StepName } from './step.ts'
import { unpackWheels } from './unpack.ts'
import { resolveWheels } from './wheels.ts'

/** Takes every step up to the check. What an interrupted attempt has done of them is used again. */
export async function makeInstallation(layout: Layout, options: SetupOptions): Promise<SetupRecord> {
  const {
    version = DEFAULT_VERSION,
    gpu = false,
    run = runProgram,
    env = process.env,
    freeBytes = freeBytesIn,
  } = options
  const machine: Machine = options.machine ?? `${process.platform}-${process.arch}`
  const tell = (step: StepName) => (text: string) => options.tell?.({ step, text, done: false })
  const done = (step: StepName, text: string) => options.tell?.({ step, text, done: true })

  tell('look')('for pip, npm and a C++ compiler')
  requireMachine(machine, gpu)
  const pip = await findPip(run, options.python)
  const npm = await findNpm(run, env)
  const compiler = await findCompiler(run, env)
  // Without its record it is not in use: nobody loads what is half made.
  await rm(options.force ? layout.folder : layout.record, { recursive: true, force: true })
  await mkdir(layout.folder, { recursive: true })
  const free = await freeBytes(layout.folder)
  requireSpace(layout.folder, free, gpu)
  done('look', `${pip.description}, ${npm.description}, ${compiler.description}; ${gigabytes(free)} free`)

  tell('resolve')(`which wheels TensorFlow ${version} is in`)
  const resolved = await resolveWheels({ run, pip, version, gpu, machine })
  done('resolve', resolved.wheels.map(wheel => `${wheel.name} ${wheel.version}`).join(', '))

  const wheels = await downloadWheels({ run, pip, resolved, folder: layout.downloads, tell: tell('download') })
  const bytes = wheels.reduce((sum, wheel) => sum + wheel.bytes, 0)
  done(
    'download',
    `${wheels.length === 1 ? 'one wheel' : `${wheels.length} wheels`}, ${gigabytes(bytes)}, hashes right`,
  )

  await unpackWheels({ wheels, site: layout.site, tell: tell('unpack') })
  const libraries = await libraryFiles(layout, layout.site)
  done('unpack', `${gigabytes(Object.values(libraries).reduce((sum, size) => sum + size, 0))} of libraries`)

  const binding = bindingFor(gpu)
  tell('npm')(`${binding.name} ${binding.version}`)
  await installBinding({ run, npm, binding, folder: layout.node })
  done('npm', `${binding.name} ${binding.version}, hash right`)

  tell('build')(`the binding, with ${compiler.description}`)
  await buildBinding({ run, compiler, layout, packageName: binding.name, machine })
  done('build', `the binding, with ${compiler.description}`)

  await rm(layout.checks, { recursive: true, force: true })
  return {
    version: 1,
    tensorflow: version,
    gpu,
    npm: binding,
    wheels: wheels.map(({ name, version, file, sha256 }) => ({ name, version, file, sha256 })),
    files: { ...libraries, ...(await libraryFiles(layout, dirname(layout.binding))) },
    compiler: compiler.description,
    finished: new Date().toISOString(),
  }
}
