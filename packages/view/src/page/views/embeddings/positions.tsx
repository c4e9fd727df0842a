import type { PositionKind } from '@sluice/recipe/inspect'
import { digits } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import { StepSlider } from '../../components/controls.tsx'
import { HeatMap } from '../../components/heat-map.tsx'
import { LineChart } from '../../components/line-chart.tsx'
import { Grid, Panel } from '../../components/panel.tsx'

const kinds: Readonly<Record<PositionKind, string>> = {
  learned: 'Each position has a row of numbers of its own, learned like those of tokens, and added to them.',
  sinusoidal: 'Each position is a row of sines and cosines of many wavelengths, fixed, and added to the tokens.',
  rotary:
    'Nothing is added: queries and keys are turned by an angle that grows with the position, so that only distance counts.',
  none: 'This model is not told of positions.',
}

/** How the model knows where a token stands. */
export function PositionsPanel({ kind, steps }: { kind: PositionKind; steps: readonly number[] }) {
  const [step, setStep] = useState<number>()
  const answer = useAnswer(
    'positions',
    kind === 'none' ? undefined : { limit: 128, ...(step === undefined ? {} : { step }) },
  )
  return (
    <Panel title="Where a token stands" lead={kinds[kind]}>
      {kind === 'learned' && <StepSlider steps={steps} value={step} onChange={setStep} />}
      <Answered of={answer} doing="Reading the positions">
        {({ positions, channels, everyPosition, everyChannel, encoding, similarity, distances, byDistance }) => (
          <Grid>
            <div>
              <h3>The encoding: a row for each position, a column for each channel</h3>
              <HeatMap
                title="Encoding of positions"
                values={encoding}
                rows={positions}
                columns={channels}
                scale="two"
                aspect={positions / channels}
                describe={(row, column, value) =>
                  `position ${row * everyPosition}, channel ${column * everyChannel}: ${digits(value)}`
                }
              />
            </div>
            <div>
              <h3>How alike two positions are</h3>
              <HeatMap
                title="Similarity of positions"
                values={similarity}
                rows={positions}
                columns={positions}
                scale="two"
                from={-1}
                to={1}
                describe={(row, column, value) =>
                  `positions ${row * everyPosition} and ${column * everyPosition}: ${digits(value)}`
                }
              />
            </div>
            <div class="wide">
              <LineChart
                title="Mean similarity by distance"
                lines={[
                  { label: 'similarity', colour: '--training', x: Array.from(distances), y: Array.from(byDistance) },
                ]}
                format={digits}
                xLabel="distance"
              />
            </div>
          </Grid>
        )}
      </Answered>
    </Panel>
  )
}
