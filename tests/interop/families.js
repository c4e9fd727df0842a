// Reads a Hugging Face directory, prints its logits in float32 (a flat JSON array) for the row of ids in stdin (a JSON array), and
// writes the model anew in files of at most 20 kB.      usage: node families.js DIRECTORY NEW_DIRECTORY
import { readFileSync } from 'node:fs'
import { readHfDirectory, writeHfDirectory } from '@sluice/checkpoint'
import { chooseBackend } from '@sluice/compute'
import { modelFromHfConfig } from '@sluice/transformer'

const [from, to] = process.argv.slice(2)
await chooseBackend(process.env.SLUICE_BACKEND ?? 'auto', { precision: 'f32' })
const { config, weights } = await readHfDirectory(from)
const model = modelFromHfConfig(config, weights)
const logits = model.logits(Int32Array.from(JSON.parse(readFileSync(0, 'utf8'))), { rows: 1 })
process.stdout.write(JSON.stringify([...logits.dataSync()]))
await writeHfDirectory(to, { weights: model.weights(), config: model.hfConfig(), shardBytes: 20_000 })
