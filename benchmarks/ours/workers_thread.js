// The thread of `workers --case train`.
import { serveRun } from '@sluice/pipeline'
import { dataSide } from './workers_data.js'

await serveRun(async made => dataSide(made))
