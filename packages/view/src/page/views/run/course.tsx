import { bytes, digits, duration, short } from '@sluice/recipe/show'
import { useRun } from '../../api/run-context.ts'
import { type Line, LineChart } from '../../components/line-chart.tsx'
import { Grid, Panel } from '../../components/panel.tsx'
import { smoothed } from './smoothed.ts'

const groups = ['embeddings', 'positions', 'attention', 'feed-forward', 'norms']

/** What else moves from step to step, as small pictures with one cursor. */
export function CoursePanels() {
  const { run } = useRun()
  const { step, mean } = run.curves
  const { memory } = run.view
  const norms = Object.keys(mean).filter(name => name.startsWith('grad_norm.'))
  const named = (name: string) => name.slice('grad_norm.'.length)
  const order = [...norms].sort((a, b) => groups.indexOf(named(a)) - groups.indexOf(named(b)))
  return (
    <Grid columns="small">
      <Panel title="Learning rate">
        <LineChart
          title="Of each step"
          lines={[{ label: 'learning rate', colour: '--training', x: step, y: mean.lr ?? [] }]}
          height={150}
          format={digits}
          fromZero
          sync="run"
        />
      </Panel>
      <Panel title="Gradient norm">
        <LineChart
          title="Before clipping"
          lines={noisy('gradient norm', step, mean.grad_norm ?? [])}
          height={150}
          format={digits}
          fromZero
          sync="run"
        />
      </Panel>
      <Panel title="Speed">
        <LineChart
          title="Tokens a second"
          lines={noisy('tokens a second', step, mean.tokens_per_second ?? [])}
          height={150}
          format={short}
          fromZero
          sync="run"
        />
      </Panel>
      {memory.length > 1 && (
        <Panel title="Memory">
          <LineChart
            title="Of the process, over time"
            lines={[
              {
                label: 'resident',
                colour: '--training',
                x: memory.map(([seconds]) => seconds),
                y: memory.map(([, size]) => size),
              },
            ]}
            height={150}
            format={bytes}
            formatX={duration}
            xLabel="after"
            fromZero
          />
        </Panel>
      )}
      {order.length > 0 && (
        <Panel title="Who is pulled at">
          <LineChart
            title="Gradient norm of each group of weights"
            lines={order.map((name, i) => ({
              label: named(name),
              colour: `--c${i % 6}`,
              ...smoothed(step, mean[name] ?? []),
            }))}
            height={150}
            format={digits}
            fromZero
            sync="run"
          />
        </Panel>
      )}
    </Grid>
  )
}

function noisy(label: string, x: readonly number[], y: readonly (number | null)[]): Line[] {
  return [
    { label: 'each step', colour: '--training', x, y, faint: true, unnamed: true },
    { label, colour: '--training', ...smoothed(x, y) },
  ]
}
