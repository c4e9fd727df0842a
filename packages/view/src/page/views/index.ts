import { attentionView } from './attention/attention.tsx'
import { blameView } from './blame.tsx'
import { embeddingsView } from './embeddings/embeddings.tsx'
import { layersView } from './layers/layers.tsx'
import { runView } from './run/run.tsx'
import { tokensView } from './tokens.tsx'
import type { View } from './view.ts'
import { weightsView } from './weights/weights.tsx'

/** Every view, in the order of the navigation: from the text to what training made of it. */
export const views: readonly View[] = [
  runView,
  tokensView,
  embeddingsView,
  attentionView,
  layersView,
  weightsView,
  blameView,
]
