import type { InContext } from '@sluice/recipe/inspect'
import { digits } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import { Field, TextBox } from '../../components/controls.tsx'
import { HeatMap } from '../../components/heat-map.tsx'
import { LineChart } from '../../components/line-chart.tsx'
import { Grid, Panel } from '../../components/panel.tsx'

/** One word in two texts: the same vector at first, and then what the context makes of it. */
export function ContextsPanel() {
  const [word, setWord] = useState('ship')
  const [a, setA] = useState('The old ship sailed out to sea')
  const [b, setB] = useState('They ship the oil in casks')
  const answer = useAnswer('contexts', { word, a, b, limit: 128 })
  return (
    <Panel
      title="One word, two contexts"
      lead="At the embedding a word has one vector, wherever it stands. Layer by layer its surroundings flow in, and the two drift apart."
    >
      <div class="fields">
        <Field label="Word">
          {id => (
            <input
              id={id}
              type="text"
              maxLength={1000}
              value={word}
              onInput={event => setWord(event.currentTarget.value)}
            />
          )}
        </Field>
        <TextBox label="One text" rows={1} value={a} onInput={setA} />
        <TextBox label="Another" rows={1} value={b} onInput={setB} />
      </div>
      <Answered of={answer} doing="Running the model over both">
        {({ similarity, others, a, b, channels }) => {
          const x = Array.from({ length: similarity.length }, (_, i) => i)
          return (
            <>
              <LineChart
                title="Cosine of the two vectors, after each layer"
                lines={[
                  { label: 'the word with itself', colour: '--heldout', x, y: Array.from(similarity), dots: true },
                  { label: 'other words with each other', colour: '--training', x, y: Array.from(others), dots: true },
                ]}
                format={digits}
                xLabel="layer"
              />
              <Grid>
                <Vectors title="In the one text" of={a} channels={channels} />
                <Vectors title="In the other" of={b} channels={channels} />
              </Grid>
            </>
          )
        }}
      </Answered>
    </Panel>
  )
}

function Vectors({ title, of: { vectors, norms }, channels }: { title: string; of: InContext; channels: number }) {
  const rows = norms.length
  // Each layer by its own length: later ones are much longer.
  const scaled = Float32Array.from(
    { length: vectors.length },
    (_, i) => vectors[i]! / (norms[Math.floor(i / channels)] || 1),
  )
  return (
    <div>
      <h3>{title}: its vector, a row for each layer</h3>
      <HeatMap
        title={`${title}: the word's vector at each layer`}
        values={scaled}
        rows={rows}
        columns={channels}
        scale="two"
        aspect={(rows / channels) * 4}
        describe={(row, column) => `layer ${row}, channel ${column}: ${digits(vectors[row * channels + column] ?? 0)}`}
      />
    </div>
  )
}
