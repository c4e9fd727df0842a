import { digits, percent, reachOf, visible, whole } from '@sluice/recipe/show'
import { useMemo, useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import { Bar } from '../../components/bar.tsx'
import { Field, StepSlider } from '../../components/controls.tsx'
import { Grid, Panel } from '../../components/panel.tsx'
import { Scatter } from '../../components/scatter.tsx'
import { TokenName } from '../../components/tokens.tsx'
import type { View } from '../view.ts'
import { PositionsPanel } from './positions.tsx'

export const embeddingsView: View = {
  path: 'embeddings',
  name: 'Embeddings',
  question: 'How did numbers become meanings?',
  lead: 'Each token is a row of numbers, random at first. Training moves tokens that are used alike towards each other. Draw the slider back to step 0 and see it happen.',
  component: EmbeddingsView,
}

function EmbeddingsView() {
  const about = useAnswer('about', {})
  return (
    <Answered of={about} doing="Looking at the model">
      {({ steps, positions }) => (
        <>
          <MapPanel steps={steps} />
          <PositionsPanel kind={positions} steps={steps} />
        </>
      )}
    </Answered>
  )
}

function MapPanel({ steps }: { steps: readonly number[] }) {
  const [step, setStep] = useState<number>()
  const [token, setToken] = useState<string | number>(' the')
  const [pointed, setPointed] = useState<number>()
  const latest = useAnswer('embeddings', { limit: 4000 })
  const map = useAnswer('embeddings', { limit: 4000, ...(step === undefined ? {} : { step }) }, { after: 60 })
  const near = useAnswer('neighbors', { token, limit: 12, ...(step === undefined ? {} : { step }) })
  const reach = useMemo(() => (latest.data ? reachOf(latest.data.points) : 1), [latest.data])
  const places = useMemo(() => new Map(map.data?.tokens.map(({ id }, i) => [id, i])), [map.data])
  const named = useMemo(() => {
    if (!near.data) return []
    return [near.data.token, ...near.data.neighbors].flatMap(({ id, text }, i) => {
      const index = places.get(id)
      return index === undefined ? [] : [{ index, label: visible(text), first: i === 0 }]
    })
  }, [near.data, places])
  return (
    <Grid>
      <Panel
        title="A map of the vocabulary"
        lead="The two directions in which the trained vectors differ most (principal components). Choose a token to see its nearest."
      >
        <StepSlider steps={steps} value={step} onChange={setStep} />
        <Answered of={map} doing="Reading the vectors">
          {({ points, tokens, explained, rows }) => (
            <>
              <Scatter
                title={`${whole(tokens.length)} tokens on a plane`}
                points={points}
                reach={reach}
                named={named}
                onPoint={setPointed}
                onChoose={index => setToken(tokens[index]!.id)}
              />
              <p class="detail">
                {pointed !== undefined && tokens[pointed] ? (
                  <>
                    <TokenName token={tokens[pointed]} /> number {tokens[pointed].id}
                  </>
                ) : (
                  `${whole(tokens.length)} of ${whole(rows)} tokens; the plane shows ${percent((explained[0] ?? 0) + (explained[1] ?? 0))} of how they differ.`
                )}
              </p>
            </>
          )}
        </Answered>
      </Panel>
      <Panel
        title="Nearest to a token"
        lead="By the angle between vectors: 1 is the same direction, the mark is the mean of all."
      >
        <Field label="Token, or its number">
          {id => (
            <input
              id={id}
              type="text"
              maxLength={1000}
              value={String(token)}
              onInput={({ currentTarget: { value } }) => setToken(/^\d+$/.test(value) ? Number(value) : value)}
            />
          )}
        </Field>
        <Answered of={near} doing="Measuring angles">
          {({ token, norm, neighbors, mean }) => (
            <>
              <p class="detail">
                <TokenName token={token} /> number {token.id}, a vector of length {digits(norm)}
              </p>
              <table class="bars">
                <thead>
                  <tr>
                    <th scope="col">token</th>
                    <td />
                    <th scope="col">similarity</th>
                  </tr>
                </thead>
                <tbody>
                  {neighbors.map(neighbor => (
                    <tr key={neighbor.id}>
                      <th scope="row">
                        <button type="button" class="link" onClick={() => setToken(neighbor.id)}>
                          <TokenName token={neighbor} />
                        </button>
                      </th>
                      <td class="picture">
                        <Bar parts={[{ share: neighbor.similarity, class: 'value' }]} mark={mean} />
                      </td>
                      <td>{digits(neighbor.similarity)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          )}
        </Answered>
      </Panel>
    </Grid>
  )
}
