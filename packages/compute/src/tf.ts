/**
 * The one import of tfjs. The union package is imported, not tfjs-core: in Node's ES modules the gradients and chained
 * operations register themselves only through it, and two copies of a name would be two registries.
 */
import * as tf from '@tensorflow/tfjs'

export { tf }
