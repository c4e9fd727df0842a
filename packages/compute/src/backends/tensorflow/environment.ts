import type { Precision } from '../backend.ts'
import { configProto, type TensorflowConfig } from './configProto.ts'

export interface EnvironmentOptions extends TensorflowConfig {
  readonly precision: Precision
  /** Whether f32 products on a GPU may round their factors to TensorFloat-32. Default true, as TensorFlow has it. */
  readonly tf32?: boolean
}

/**
 * The variables that TensorFlow and the libraries under it read when they are loaded, and never again. What the user has set stays,
 * but for our own.
 */
export function environmentFor(options: EnvironmentOptions): Record<string, { value: string; ours: boolean }> {
  const set = (value: string, ours = false) => ({ value, ours })
  return {
    SLUICE_TENSORFLOW_CONFIG: set(Buffer.from(configProto(options)).toString('hex'), true),
    // Warnings and errors only.
    TF_CPP_MIN_LOG_LEVEL: set('2'),
    // Otherwise a process takes all the memory of a GPU at once.
    ...(options.gpuMemory === undefined ? { TF_FORCE_GPU_ALLOW_GROWTH: set('true') } : {}),
    // oneDNN's f32 products round their factors to bfloat16, and sum in f32.
    ...(options.precision === 'bf16' ? { ONEDNN_DEFAULT_FPMATH_MODE: set('BF16') } : {}),
    ...(options.tf32 === false ? { NVIDIA_TF32_OVERRIDE: set('0') } : {}),
  }
}

export function applyEnvironment(options: EnvironmentOptions): void {
  for (const [name, { value, ours }] of Object.entries(environmentFor(options))) {
    if (ours) process.env[name] = value
    else process.env[name] ??= value
  }
}
