// The thread of `workers --case train`. It has made blocks of some 10 MB of text before training begins: until then the engine compiles
// what makes them, on cores that the steps would have.
import { frames, serveRun } from '@sluice/pipeline'
import { dataSide } from './workers_data.js'

const warmUp = 10_000

await serveRun(async made => {
  let blocks = 0
  for await (const { batch } of frames(dataSide(made))) {
    blocks += batch.numRows
    if (blocks >= warmUp) break
  }
  return dataSide(made)
})
