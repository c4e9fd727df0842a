import { digits, nats, whole } from '@sluice/recipe/show'
import { useMemo, useState } from 'preact/hooks'
import { useRun } from '../../api/run-context.ts'
import type { KnownRun } from '../../api/runs.ts'
import { Choice } from '../../components/controls.tsx'
import { type Line, LineChart } from '../../components/line-chart.tsx'
import { Panel } from '../../components/panel.tsx'
import { smoothed } from './smoothed.ts'

/** The curve the run is about, beside what simple models reach, and other runs laid over it. */
export function LossPanel() {
  const { run, others, list, chosen, lay } = useRun()
  const [scale, setScale] = useState<'linear' | 'log'>('linear')
  const lines = useMemo(
    () => [...linesOf(run), ...others.flatMap((other, i) => overlaid(other, i))],
    [run.curves, run.view.evaluations, others],
  )
  const { baselines, evaluations } = run.view
  const references = baselines
    ? [
        { label: `uniform ${nats(baselines.uniform)}`, y: baselines.uniform },
        { label: `unigram ${nats(baselines.unigram)}`, y: baselines.unigram },
        { label: `bigram ${nats(baselines.bigram)}`, y: baselines.bigram },
      ]
    : []
  return (
    <Panel
      title="Loss"
      lead="The dashed lines are what simple models reach on the same held-out text: uniform knows nothing, unigram how often each token comes, bigram the token before."
      tools={
        <Choice
          name="Scale of the loss"
          value={scale}
          options={[
            ['linear', 'linear'],
            ['log', 'logarithmic'],
          ]}
          onChange={setScale}
        />
      }
    >
      {list.length > 1 && (
        <fieldset class="chips">
          <legend>Lay over it</legend>
          {list.map(
            ({ id }) =>
              id !== run.id && (
                <label key={id}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(id)}
                    onChange={event => lay(id, event.currentTarget.checked)}
                  />
                  {id}
                </label>
              ),
          )}
        </fieldset>
      )}
      <LineChart
        title="Loss, nats a token"
        description={describe(run)}
        lines={lines}
        references={references}
        height={380}
        format={nats}
        log={scale === 'log'}
        sync="run"
      />
      {evaluations.length > 0 && (
        <details>
          <summary>Numbers</summary>
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">held-out text</th>
                  <th scope="col">loss</th>
                  <th scope="col">perplexity</th>
                  <th scope="col">bits per byte</th>
                </tr>
              </thead>
              <tbody>
                {evaluations.map(({ step, loss, bits_per_byte: bits }) => (
                  <tr key={step}>
                    <th scope="row">step {whole(step)}</th>
                    <td>{nats(loss)}</td>
                    <td>{digits(Math.exp(loss))}</td>
                    <td>{bits === undefined ? '–' : nats(bits)}</td>
                  </tr>
                ))}
                {baselines &&
                  Object.entries(baselines).map(([name, loss]) => (
                    <tr key={name}>
                      <th scope="row">{name}</th>
                      <td>{nats(loss)}</td>
                      <td>{digits(Math.exp(loss))}</td>
                      <td />
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </Panel>
  )
}

function linesOf({ curves, view }: KnownRun): Line[] {
  const x = curves.step
  const loss = curves.mean.loss ?? []
  return [
    { label: 'each step', colour: '--training', x, y: loss, faint: true, unnamed: true },
    { label: 'training', colour: '--training', ...smoothed(x, loss) },
    {
      label: 'held-out',
      colour: '--heldout',
      x: view.evaluations.map(({ step }) => step),
      y: view.evaluations.map(({ loss }) => loss),
      dots: view.evaluations.length <= 60,
    },
  ]
}

const overColours = ['--c3', '--c4', '--c1', '--c5']

function overlaid({ id, curves, view }: KnownRun, i: number): Line[] {
  const colour = overColours[i % overColours.length]!
  return [
    { label: `${id}, training`, colour, ...smoothed(curves.step, curves.mean.loss ?? []) },
    {
      label: `${id}, held-out`,
      colour,
      x: view.evaluations.map(({ step }) => step),
      y: view.evaluations.map(({ loss }) => loss),
      dashed: true,
      dots: view.evaluations.length <= 60,
    },
  ]
}

function describe({ view: { evaluations, baselines, progress } }: KnownRun): string {
  const parts: string[] = []
  if (progress.loss !== undefined) parts.push(`Training loss ${nats(progress.loss)} at step ${progress.step}.`)
  const last = evaluations.at(-1)
  if (last) parts.push(`Held-out loss ${nats(last.loss)} at step ${last.step}.`)
  if (baselines) {
    const { uniform, unigram, bigram } = baselines
    parts.push(`Baselines: uniform ${nats(uniform)}, unigram ${nats(unigram)}, bigram ${nats(bigram)}.`)
  }
  return parts.join(' ')
}
