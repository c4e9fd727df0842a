// `npm run bench -- <name> …`: benchmarks run what is built, as a user would run it.
import { join } from 'node:path'
import { install, requireNode, root, run } from './setup.js'

requireNode()
install()
run(process.execPath, [join(root, 'scripts', 'prepare.js')])
run(process.execPath, [join(root, 'benchmarks', 'bench.js'), ...process.argv.slice(2)])
