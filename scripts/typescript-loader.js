// Lets Node 20 run the TypeScript of this repository as it lies: `node --import ./scripts/typescript-loader.js x.ts`. For the
// threads that tests start from sources; what is built never needs it.
import { register } from 'node:module'

register('./typescript-hooks.js', import.meta.url)
