export type { Opener } from './ask/asking.ts'
export { type ServeOptions, serveView, type ViewServer } from './serve.ts'
