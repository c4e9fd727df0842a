import { expect, test } from 'vitest'
import { tensorflowFolder } from './cacheFolder.ts'
import { configProto } from './configProto.ts'
import { environmentFor } from './environment.ts'

test("the cache is the system's folder for caches, unless one is named", () => {
  const home = '/home/ada'
  const at = (platform: NodeJS.Platform, env = {}) => tensorflowFolder({ platform, env, home }).replaceAll('\\', '/')
  expect(at('linux')).toBe('/home/ada/.cache/sluice/tensorflow')
  expect(at('linux', { XDG_CACHE_HOME: '/fast' })).toBe('/fast/sluice/tensorflow')
  expect(at('darwin')).toBe('/home/ada/Library/Caches/sluice/tensorflow')
  expect(at('win32', { LOCALAPPDATA: '/local' })).toBe('/local/sluice/tensorflow')
  expect(at('win32')).toBe('/home/ada/AppData/Local/sluice/tensorflow')
  expect(at('darwin', { SLUICE_CACHE: '/here' })).toBe('/here/tensorflow')
})

test('options as a ConfigProto', () => {
  const hex = (options: object) => Buffer.from(configProto(options)).toString('hex')
  // Worked out by hand from the encoding's specification; TensorFlow 2.21 takes each of them.
  expect(hex({})).toBe('32022001')
  expect(hex({ threads: 3 })).toBe('100332022001')
  expect(hex({ threads: 300 })).toBe('10ac0232022001')
  expect(hex({ gpuMemory: 2 ** 30 })).toBe('32094a070a050d00008044')
})

test('what is set before it loads', () => {
  const names = (options: object) => Object.keys(environmentFor({ precision: 'f32', ...options })).slice(1)
  expect(names({})).toEqual(['TF_CPP_MIN_LOG_LEVEL', 'TF_FORCE_GPU_ALLOW_GROWTH'])
  expect(names({ gpuMemory: 1e9 })).toEqual(['TF_CPP_MIN_LOG_LEVEL'])
  expect(names({ precision: 'bf16', tf32: false })).toEqual([
    'TF_CPP_MIN_LOG_LEVEL',
    'TF_FORCE_GPU_ALLOW_GROWTH',
    'ONEDNN_DEFAULT_FPMATH_MODE',
    'NVIDIA_TF32_OVERRIDE',
  ])
})
