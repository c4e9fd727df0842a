// A thread's program.
import { serve } from '@sluice/pipeline'
import { performer } from './perform.ts'

await serve(performer)
