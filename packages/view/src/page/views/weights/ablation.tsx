import { nats, percent, short, signed, whole } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import { Bar } from '../../components/bar.tsx'
import { Panel } from '../../components/panel.tsx'

/** The loss with one part put back to step 0. It takes a pass over the held-out text for each part, so it is asked for. */
export function AblationPanel() {
  const [asked, setAsked] = useState(false)
  const answer = useAnswer('ablate', asked ? {} : undefined, { after: 0 })
  return (
    <Panel
      title="Where knowledge sits"
      lead="One part is put back to its random beginning, all others stay as trained, and the held-out text is measured again. The more the loss rises, the more of what was learned sits in that part, or passes through it."
    >
      {!asked && (
        <button type="button" class="primary" onClick={() => setAsked(true)}>
          Measure it
        </button>
      )}
      {asked && (
        <Answered of={answer} doing="Putting one part after the other back to step 0 and measuring the loss">
          {({ parts, loss, atStart, tokens, step }) => {
            const most = Math.max(1e-9, atStart - loss, ...parts.map(({ increase }) => increase))
            return (
              <>
                <p>
                  As trained (step {whole(step)}): {nats(loss)} nats a token. With everything put back: {nats(atStart)}.
                  Measured on {whole(tokens)} tokens.
                </p>
                <div class="scroll">
                  <table class="bars">
                    <thead>
                      <tr>
                        <th scope="col">put back</th>
                        <td />
                        <th scope="col">loss rises by</th>
                        <th scope="col">to</th>
                        <th scope="col">of all learned</th>
                        <th scope="col">numbers</th>
                      </tr>
                    </thead>
                    <tbody>
                      {parts.map(({ part, parameters, loss: with_, increase }) => (
                        <tr key={part}>
                          <th scope="row">{part}</th>
                          <td class="picture">
                            <Bar parts={[{ share: Math.max(0, increase) / most, class: 'worse' }]} />
                          </td>
                          <td>{signed(increase)}</td>
                          <td>{nats(with_)}</td>
                          <td>{percent(increase / (atStart - loss))}</td>
                          <td>{short(parameters)}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              </>
            )
          }}
        </Answered>
      )}
    </Panel>
  )
}
