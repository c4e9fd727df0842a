import { bytes, percent, short } from '@sluice/recipe/show'
import { useRun } from '../../api/run-context.ts'
import { Bar } from '../../components/bar.tsx'
import { Panel } from '../../components/panel.tsx'

/** The stages as a flow, from the source to the sink: which one the others wait for. */
export function FlowPanel() {
  const { run } = useRun()
  const { stages, verdict, now, state } = run.view
  if (stages.length === 0) return verdict === undefined ? null : <Panel title="What holds it up" lead={`${verdict}.`} />
  const going = state === 'training' || state === 'preparing'
  return (
    <Panel
      title="What holds it up"
      lead={
        <>
          {verdict && <b>{verdict}. </b>}
          {going ? 'Shares of the last ten seconds.' : 'Shares of the whole run.'} A stage waits when what is before it
          has not delivered, and is blocked when what is after it has not taken.
        </>
      }
    >
      <ol class="flow">
        {stages.map(({ id, kind, rows, busy, waiting, blocked, held, mostHeld, rowsPerSecond }) => (
          <li key={id}>
            <h3>
              {id} <small>{kind}</small>
            </h3>
            <Bar
              parts={[
                { share: busy, class: 'busy' },
                { share: blocked, class: 'blocked' },
                { share: waiting, class: 'waiting' },
              ]}
            />
            <p>
              {percent(busy)} busy
              <br />
              {percent(waiting)} waiting
              <br />
              {percent(blocked)} blocked
            </p>
            <small>
              {short(rows)} rows{rowsPerSecond !== undefined && going && `, ${short(rowsPerSecond)} a second`}
              {mostHeld > 0 && (
                <>
                  <br />
                  {going ? `${bytes(held)} queued` : `at most ${bytes(mostHeld)} queued`}
                </>
              )}
            </small>
          </li>
        ))}
      </ol>
      {going && now?.bytesInFlight !== undefined && (
        <small>Queued between source and sink: {bytes(now.bytesInFlight)}.</small>
      )}
    </Panel>
  )
}
