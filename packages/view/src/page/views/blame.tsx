import { clipped, nats, plural, signed, visible, whole } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import { useRun } from '../api/run-context.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Answered } from '../components/answer.tsx'
import { Bar } from '../components/bar.tsx'
import { Field } from '../components/controls.tsx'
import { Notice } from '../components/notice.tsx'
import { Panel } from '../components/panel.tsx'
import type { View } from './view.ts'

export const blameView: View = {
  path: 'blame',
  name: 'Blame',
  question: 'Which texts were hardest?',
  lead: 'Loss by document. Since losses fall as training goes on, each document is measured against the batches it was in: what stands out is odd, damaged, or in another language.',
  component: BlameView,
}

function BlameView() {
  const { run } = useRun()
  const { config } = run.view
  if (config === null || blames(config)) return <Documents />
  return (
    <Notice kind="note" title="This run kept no losses of its documents">
      A run does where its recipe says <code>"blame": true</code> in <code>train</code>.
    </Notice>
  )
}

function Documents() {
  const [step, setStep] = useState('')
  const wanted = /^\d+$/.test(step) && Number(step) > 0 ? { step: Number(step) } : {}
  const answer = useAnswer('blame', { limit: 50, ...wanted })
  return (
    <Answered of={answer} doing="Reading the losses of documents">
      {({ documents, sources }) => {
        const most = Math.max(...documents.map(({ excess }) => excess), ...sources.map(({ excess }) => excess), 1e-9)
        return (
          <>
            <Panel title="By source" lead="Above zero: harder than what it was read together with.">
              <div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">source</th>
                      <th scope="col">documents</th>
                      <th scope="col">tokens</th>
                      <th scope="col">loss</th>
                      <th scope="col">above its batches</th>
                      <td />
                    </tr>
                  </thead>
                  <tbody>
                    {sources.map(({ source, documents, tokens, loss, excess }) => (
                      <tr key={source}>
                        <th scope="row">
                          <bdi>{visible(source)}</bdi>
                        </th>
                        <td>{whole(documents)}</td>
                        <td>{whole(tokens)}</td>
                        <td>{nats(loss)}</td>
                        <td>{signed(excess)}</td>
                        <td>
                          <Bar parts={[{ share: Math.max(0, excess) / most, class: 'worse' }]} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
            <Panel
              title="The hardest documents"
              tools={
                <Field label="Of one step">
                  {id => (
                    <input
                      id={id}
                      type="text"
                      inputMode="numeric"
                      placeholder="all"
                      size={8}
                      value={step}
                      onInput={event => setStep(event.currentTarget.value)}
                    />
                  )}
                </Field>
              }
            >
              <div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">document</th>
                      <th scope="col">source</th>
                      <th scope="col">steps</th>
                      <th scope="col">tokens</th>
                      <th scope="col">loss</th>
                      <th scope="col">above its batches</th>
                      <td />
                    </tr>
                  </thead>
                  <tbody>
                    {documents.map(({ doc_id, source, steps, tokens, loss, excess }) => (
                      <tr key={`${source} ${doc_id}`}>
                        <th scope="row" class="document">
                          <bdi>{visible(clipped(doc_id))}</bdi>
                        </th>
                        <td>
                          <bdi>{visible(source)}</bdi>
                        </td>
                        <td>{steps.length <= 3 ? steps.join(', ') : plural(steps.length, 'step')}</td>
                        <td>{whole(tokens)}</td>
                        <td>{nats(loss)}</td>
                        <td>{signed(excess)}</td>
                        <td>
                          <Bar parts={[{ share: Math.max(0, excess) / most, class: 'worse' }]} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          </>
        )
      }}
    </Answered>
  )
}

function blames(config: unknown): boolean {
  return (config as { train?: { blame?: unknown } }).train?.blame === true
}
