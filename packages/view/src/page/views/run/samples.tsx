import { readable, whole } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import { useRun } from '../../api/run-context.ts'
import { Choice } from '../../components/controls.tsx'
import { Panel } from '../../components/panel.tsx'

/** What the model wrote as it learned. */
export function SamplesPanel() {
  const { run } = useRun()
  const [order, setOrder] = useState<'latest' | 'earliest'>('latest')
  const { samples } = run.view
  if (samples.length === 0) return null
  const shown = order === 'latest' ? [...samples].reverse() : samples
  return (
    <Panel
      title="What it writes"
      lead="Its own continuation of the same words, as it learned."
      tools={
        <Choice
          name="Order of the samples"
          value={order}
          options={[
            ['latest', 'latest first'],
            ['earliest', 'from the beginning'],
          ]}
          onChange={setOrder}
        />
      }
    >
      <ol class="samples" tabIndex={0} aria-label="Samples">
        {shown.map(({ step, prompt, text }) => (
          <li key={`${step} ${prompt}`}>
            <h3>step {whole(step)}</h3>
            <blockquote dir="auto">
              <span>{readable(prompt)}</span>
              {readable(text)}
            </blockquote>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
