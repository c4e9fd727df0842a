import type { WeightChange, Weights } from '@sluice/recipe/inspect'
import { digits, percent, short, whole } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import { Choice, Field } from '../../components/controls.tsx'
import { HeatMap } from '../../components/heat-map.tsx'
import { LineChart } from '../../components/line-chart.tsx'
import { Grid, Panel } from '../../components/panel.tsx'

type What = 'relative' | 'norm' | 'spread'

const whats: readonly (readonly [What, string])[] = [
  ['relative', 'change'],
  ['norm', 'norm'],
  ['spread', 'spread'],
]

const titles: Readonly<Record<What, string>> = {
  relative: 'Distance from the beginning, over the length there',
  norm: 'Length of all values (L2 norm)',
  spread: 'Standard deviation of the values',
}

export function ChangePanels({ weights: { steps, groups, tensors } }: { weights: Weights }) {
  const [what, setWhat] = useState<What>('relative')
  const [name, setName] = useState(tensors[0]?.name)
  const chosen = tensors.find(tensor => tensor.name === name) ?? tensors[0]
  const format = what === 'relative' ? percent : digits
  const column = (change: Pick<WeightChange, What>) =>
    Array.from({ length: steps.length }, (_, i) => change[what][i] ?? null)
  return (
    <>
      <Grid>
        <Panel
          title="Group by group"
          lead="A part that hardly moves has learned little, or had little to learn."
          tools={<Choice name="What of the weights" value={what} options={whats} onChange={setWhat} />}
        >
          <LineChart
            title={titles[what]}
            lines={groups.map((group, i) => ({
              label: group.name,
              colour: `--c${i % 6}`,
              x: steps,
              y: column(group),
              dots: true,
            }))}
            height={300}
            format={format}
            fromZero={what === 'relative'}
          />
        </Panel>
        <Panel
          title="Tensor by tensor"
          lead="Each row a tensor, each column a kept snapshot, from step 0 to the latest."
        >
          <Changes steps={steps} tensors={tensors} format={format} column={column} what={titles[what]} />
        </Panel>
      </Grid>
      {chosen && (
        <Panel
          title="The values of one tensor"
          lead="How often which value occurs: each row a snapshot, the random bell at the top, what training made of it below."
          tools={
            <Field label="Tensor">
              {id => (
                <select id={id} value={chosen.name} onChange={event => setName(event.currentTarget.value)}>
                  {tensors.map(({ name }) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              )}
            </Field>
          }
        >
          <p>
            {chosen.shape.join(' × ')}, {short(chosen.count)} numbers, {chosen.group}
            {chosen.layer !== undefined && ` of layer ${chosen.layer}`}. Norm {digits(chosen.norm[0] ?? Number.NaN)} at
            step {whole(steps[0] ?? 0)}, {digits(chosen.norm[steps.length - 1] ?? Number.NaN)} at step{' '}
            {whole(steps.at(-1) ?? 0)}.
          </p>
          <Histogram steps={steps} of={chosen} />
        </Panel>
      )}
    </>
  )
}

interface ChangesProps {
  readonly steps: readonly number[]
  readonly tensors: readonly WeightChange[]
  readonly what: string
  format(value: number): string
  column(change: WeightChange): (number | null)[]
}

function Changes({ steps, tensors, what, format, column }: ChangesProps) {
  const values = tensors.flatMap(tensor => column(tensor).map(value => value ?? 0))
  return (
    <HeatMap
      title={`${what}, of each tensor at each snapshot`}
      values={values}
      rows={tensors.length}
      columns={steps.length}
      aspect={(tensors.length / steps.length) * 1.6}
      describe={(row, column, value) => `${tensors[row]!.name}, step ${whole(steps[column]!)}: ${format(value)}`}
    />
  )
}

function Histogram({ steps, of: { name, histogram } }: { steps: readonly number[]; of: WeightChange }) {
  if (!histogram) return null
  const { from, to, counts } = histogram
  const bins = counts.length / steps.length
  // Each row by its own peak, so that a sharp beginning does not make all others pale.
  const shares = new Float32Array(counts.length)
  for (let row = 0; row < steps.length; row++) {
    let most = 1
    for (let i = 0; i < bins; i++) most = Math.max(most, counts[row * bins + i]!)
    for (let i = 0; i < bins; i++) shares[row * bins + i] = counts[row * bins + i]! / most
  }
  const edge = (bin: number) => digits(from + ((to - from) * bin) / bins)
  return (
    <HeatMap
      title={`Values of ${name}, snapshot by snapshot`}
      values={shares}
      rows={steps.length}
      columns={bins}
      aspect={(steps.length / bins) * 5}
      describe={(row, bin) =>
        `step ${whole(steps[row]!)}: ${whole(counts[row * bins + bin]!)} values from ${edge(bin)} to ${edge(bin + 1)}`
      }
    />
  )
}
