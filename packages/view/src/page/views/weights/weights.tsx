import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import type { View } from '../view.ts'
import { AblationPanel } from './ablation.tsx'
import { ChangePanels } from './change.tsx'

export const weightsView: View = {
  path: 'weights',
  name: 'Weights',
  question: 'What did training change?',
  lead: 'Training is nothing but small changes to these numbers. Here is how far each part has moved from its random beginning, and what is lost when a part is put back there.',
  component: WeightsView,
}

function WeightsView() {
  const answer = useAnswer('weights', { bins: 40 })
  return (
    <>
      <Answered of={answer} doing="Reading the snapshots">
        {weights => <ChangePanels weights={weights} />}
      </Answered>
      <AblationPanel />
    </>
  )
}
