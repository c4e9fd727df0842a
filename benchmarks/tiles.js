// What a training step takes on a processor with AMX, as far as that can be told without one: tiles are loaded and stored as AMX would,
// and dependent multiplications stand for the dot products. What is computed is wrong; how long everything beside the products
// takes is not. For comparing two states of the kernels.
//
//   node benchmarks/tiles.js [XS|S|M] [runs] [multiplications]        default: S 5 12; needs a C++ compiler and AVX512-BF16
//
// Twelve multiplications take 36 cycles, so a block of 32 x 32 x 32 some 36 ns at 4 GHz: 3.6 TFLOPS on two cores, about what
// tiles reach from the second-level cache. SLUICE_PROFILE=1 shows the kernels.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildNative } from '../packages/compute/native/build.js'

const [shape = 'S', runs = '5', multiplications = '12'] = process.argv.slice(2)
const here = path => fileURLToPath(new URL(path, import.meta.url))
process.env.CXXFLAGS = `${process.env.CXXFLAGS ?? ''} -DSLUICE_MOVE_TILES=${multiplications}`
const { path, reason } = await buildNative({ output: here('../packages/compute/native/build/moved') })
if (!path) {
  process.stderr.write(`not built: ${reason}\n`)
  process.exit(1)
}
for (let run = 0; run < Number(runs); run++) {
  const { status } = spawnSync(process.execPath, [here('ours/train.js'), shape, 'bf16'], {
    stdio: 'inherit',
    env: { ...process.env, SLUICE_ADDON: path, SLUICE_ISA: 'amx', SLUICE_BACKEND: 'native' },
  })
  if (status !== 0) process.exit(status ?? 1)
}
