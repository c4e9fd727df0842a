import { bytes, percent, visible, whole } from '@sluice/recipe/show'
import { useRun } from '../../api/run-context.ts'
import { Bar } from '../../components/bar.tsx'
import { Grid, Panel } from '../../components/panel.tsx'

/** What the run was fed: the mixture that came about, and what refining dropped, and why. */
export function CorpusPanel() {
  const { run } = useRun()
  const { mixed, sources, refined } = run.view
  const rows = mixed
    ? mixed.shares.map(({ id, asked, given, achieved }) => ({ id, asked, given, achieved }))
    : shares(sources)
  const reasons = drops(refined)
  if (rows.length === 0 && refined.length === 0) return null
  const most = Math.max(1, ...reasons.map(({ count }) => count))
  return (
    <Grid>
      {rows.length > 0 && (
        <Panel
          title="What it reads"
          lead={
            mixed ? 'The share each source was asked for (the mark) and what it came to.' : 'What each source gave.'
          }
        >
          <div class="scroll">
            <table class="bars">
              <thead>
                <tr>
                  <th scope="col">source</th>
                  <td />
                  <th scope="col">share</th>
                  {mixed && <th scope="col">asked</th>}
                  <th scope="col">{mixed?.unit ?? 'bytes'}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ id, asked, given, achieved }) => (
                  <tr key={id}>
                    <th scope="row">
                      <bdi>{visible(id)}</bdi>
                    </th>
                    <td class="picture">
                      <Bar parts={[{ share: achieved, class: 'value' }]} mark={asked} />
                    </td>
                    <td>{percent(achieved)}</td>
                    {mixed && <td>{percent(asked ?? Number.NaN)}</td>}
                    <td>{(mixed?.unit ?? 'bytes') === 'bytes' ? bytes(given) : whole(given)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
      {refined.length > 0 && (
        <Panel title="What was dropped, and why" lead={keptOf(refined)}>
          {reasons.length > 0 && (
            <div class="scroll">
              <table class="bars">
                <thead>
                  <tr>
                    <th scope="col">reason</th>
                    <td />
                    <th scope="col">documents</th>
                    <th scope="col">stage</th>
                  </tr>
                </thead>
                <tbody>
                  {reasons.map(({ reason, stage, count }) => (
                    <tr key={`${stage} ${reason}`}>
                      <th scope="row">
                        <bdi>{visible(reason)}</bdi>
                      </th>
                      <td class="picture">
                        <Bar parts={[{ share: count / most, class: 'worse' }]} />
                      </td>
                      <td>{whole(count)}</td>
                      <td>{stage}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Panel>
      )}
    </Grid>
  )
}

type Refined = ReturnType<typeof useRun>['run']['view']['refined']

function shares(sources: ReturnType<typeof useRun>['run']['view']['sources']) {
  const all = sources.reduce((sum, { bytes }) => sum + bytes, 0)
  return sources.map(({ source, bytes: given }) => ({
    id: source,
    asked: undefined,
    given,
    achieved: all > 0 ? given / all : 0,
  }))
}

/** How often each reason was given, the most frequent first. */
function drops(refined: Refined): { stage: string; reason: string; count: number }[] {
  const counts = refined.flatMap(({ stage, sources }) => {
    const of = new Map<string, number>()
    for (const { dropped } of Object.values(sources)) {
      for (const [reason, count] of Object.entries(dropped)) of.set(reason, (of.get(reason) ?? 0) + count)
    }
    return [...of].map(([reason, count]) => ({ stage, reason, count }))
  })
  return counts.sort((a, b) => b.count - a.count).slice(0, 20)
}

function keptOf(refined: Refined): string {
  const first = Object.values(refined[0]!.sources)
  const last = Object.values(refined.at(-1)!.sources)
  const read = first.reduce((sum, { documents }) => sum + documents, 0)
  const kept = last.reduce((sum, counts) => sum + counts.kept, 0)
  return `${whole(kept)} of ${whole(read)} documents were kept (${percent(read > 0 ? kept / read : Number.NaN)}).`
}
