import { readable } from '@sluice/recipe/show'
import { useRun } from '../../api/run-context.ts'
import { Panel } from '../../components/panel.tsx'

/** Warnings, notes, and the config the run was made with. */
export function MessagesPanel() {
  const { run } = useRun()
  const { warnings, notes, config } = run.view
  return (
    <Panel title="How it was made">
      {warnings.length > 0 && (
        <>
          <h3>Warnings</h3>
          <ul>
            {warnings.map(({ stage, message }) => (
              <li key={`${stage} ${message}`}>
                {stage}: {readable(message)}
              </li>
            ))}
          </ul>
        </>
      )}
      {notes.length > 0 && (
        <ul>
          {notes.map(({ stage, message }) => (
            <li key={`${stage} ${message}`}>
              {stage}: {readable(message)}
            </li>
          ))}
        </ul>
      )}
      {config !== null && (
        <details>
          <summary>The recipe, with everything it left to the defaults</summary>
          <pre tabIndex={0}>{readable(JSON.stringify(config, null, 2))}</pre>
        </details>
      )}
    </Panel>
  )
}
