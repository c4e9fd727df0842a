// `npm start`: sets everything up, then trains a small model on a real book. What follows `--` goes to `pipeline run`.
import { join } from 'node:path'
import { install, requireNode, root, run } from './setup.js'

requireNode()
install()
run(process.execPath, [join(root, 'scripts', 'prepare.js')])
const pipeline = join(root, 'apps', 'cli', 'bin', 'pipeline.js')
run(process.execPath, [pipeline, 'run', 'recipes/quickstart.json', '--overwrite', ...process.argv.slice(2)])
