export { type ServeOptions, serveView, type ViewServer } from './serve.ts'
