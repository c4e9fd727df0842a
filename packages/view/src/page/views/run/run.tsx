import { useRun } from '../../api/run-context.ts'
import { Notice } from '../../components/notice.tsx'
import type { View } from '../view.ts'
import { CorpusPanel } from './corpus.tsx'
import { CoursePanels } from './course.tsx'
import { FlowPanel } from './flow.tsx'
import { LossPanel } from './loss.tsx'
import { MessagesPanel } from './messages.tsx'
import { Now } from './now.tsx'
import { SamplesPanel } from './samples.tsx'

export const runView: View = {
  path: 'run',
  name: 'Run',
  question: 'Is it learning?',
  lead: 'Loss says how surprised the model is by the next token, in nats a token. Perplexity is the same put otherwise: among how many tokens it wavers.',
  component: RunView,
}

function RunView() {
  const { run } = useRun()
  const { state, now } = run.view
  return (
    <>
      {now?.fault !== undefined && state === 'failed' && (
        <Notice kind="fault" title="The run failed">
          <p>{now.fault}</p>
        </Notice>
      )}
      {state === 'interrupted' && (
        <Notice kind="fault" title="The run was interrupted">
          <p>Its process is gone without a word. It goes on from its latest checkpoint with pipeline run … --resume.</p>
        </Notice>
      )}
      <Now />
      <LossPanel />
      <CoursePanels />
      <FlowPanel />
      <SamplesPanel />
      <CorpusPanel />
      <MessagesPanel />
    </>
  )
}
