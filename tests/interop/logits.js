// Prints our float32 logits, a flat JSON array for each row of ids (a JSON array a line) from stdin.
// usage: node logits.js CHECKPOINT_FOLDER        SLUICE_BACKEND chooses a backend
import { readFileSync } from 'node:fs'
import { readCheckpoint } from '@sluice/checkpoint'
import { chooseBackend } from '@sluice/compute'
import { modelFromHfConfig } from '@sluice/transformer'

await chooseBackend(process.env.SLUICE_BACKEND ?? 'auto', { precision: 'f32' })
const checkpoint = await readCheckpoint(process.argv[2])
const model = modelFromHfConfig(JSON.parse(await checkpoint.files('config.json')), checkpoint.weights)
for (const line of readFileSync(0, 'utf8').split('\n')) {
  const logits = model.logits(Int32Array.from(JSON.parse(line)), { rows: 1 })
  process.stdout.write(`${JSON.stringify([...logits.dataSync()])}\n`)
  logits.dispose()
}
