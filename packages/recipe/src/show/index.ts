// What a figure, a name or a curve looks like, in the report and in the page. Free of Node, so that a page may import it.
export { bytes, digits, duration, nats, percent, plural, short, signed, whole } from './format.ts'
export { reachOf } from './reach.ts'
export { type Point, smooth } from './series.ts'
export { clipped, readable, visible } from './visible.ts'
