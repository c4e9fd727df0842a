import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import type { View } from '../view.ts'
import { ContextsPanel } from './contexts.tsx'
import { FillPanel } from './fill.tsx'
import { GeneratePanel } from './generate.tsx'
import { LensPanel } from './lens.tsx'

export const layersView: View = {
  path: 'layers',
  name: 'Layers',
  question: 'How does a prediction grow?',
  lead: 'Read off after each layer what the model would say if it had to answer there. At first it guesses what is frequent; the further up, the more the context counts.',
  component: LayersView,
}

function LayersView() {
  const about = useAnswer('about', {})
  return (
    <Answered of={about} doing="Looking at the model">
      {({ predicts, mask }) => (
        <>
          <LensPanel predicts={predicts} />
          {predicts === 'next' ? <GeneratePanel /> : <FillPanel mask={mask ?? '[MASK]'} />}
          <ContextsPanel />
        </>
      )}
    </Answered>
  )
}
