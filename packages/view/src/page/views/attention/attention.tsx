import type { Attention, Head } from '@sluice/recipe/inspect'
import { percent, visible, whole } from '@sluice/recipe/show'
import { useMemo, useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import { TextBox } from '../../components/controls.tsx'
import { HeatMap } from '../../components/heat-map.tsx'
import { Grid, Panel } from '../../components/panel.tsx'
import { Shaded } from '../../components/shaded.tsx'
import type { View } from '../view.ts'

export const attentionView: View = {
  path: 'attention',
  name: 'Attention',
  question: 'What does each head look at?',
  lead: 'To foretell what comes, a model lets each token look at others: every head in its own way. A row of a picture says how one token divides its attention; rows add up to one.',
  component: AttentionView,
}

const example = 'The captain saw the white whale, and the whale saw the captain.'

function AttentionView() {
  const [text, setText] = useState(example)
  const [chosen, setChosen] = useState({ layer: 0, head: 0 })
  const [asked, setAsked] = useState(false)
  const answer = useAnswer('attention', { text, limit: 48 })
  const heads = useAnswer('heads', asked ? { tags: true } : undefined, { after: 0 })
  return (
    <>
      <Panel title="The text">
        <TextBox label="Text" rows={2} value={text} onInput={setText} />
      </Panel>
      <Answered of={answer} doing="Running the model over the text">
        {attention => (
          <>
            <Panel
              title="Every head"
              lead="Layers from top to bottom, heads from left to right. Choose one."
              tools={
                !asked && (
                  <button type="button" onClick={() => setAsked(true)}>
                    What does each do most?
                  </button>
                )
              }
            >
              {asked && (
                <Answered of={heads} doing="Comparing each head with patterns over the held-out text">
                  {({ tokens }) => (
                    <p>
                      Named by the pattern that stands out most from chance, over {whole(tokens)} tokens of held-out
                      text: the share of attention that goes there, and in brackets that of a head which looks at
                      everything alike.
                    </p>
                  )}
                </Answered>
              )}
              <HeadGrid attention={attention} heads={heads.data?.heads} chosen={chosen} onChoose={setChosen} />
            </Panel>
            <HeadPanel attention={attention} {...chosen} />
          </>
        )}
      </Answered>
    </>
  )
}

interface HeadGridProps {
  readonly attention: Attention
  readonly heads: readonly Head[] | undefined
  readonly chosen: { readonly layer: number; readonly head: number }
  readonly onChoose: (head: { layer: number; head: number }) => void
}

function HeadGrid({ attention: { maps, tokens, layers }, heads, chosen, onChoose }: HeadGridProps) {
  return (
    <div class="heads">
      {Array.from({ length: layers }, (_, layer) => (
        <div key={layer} class="layer">
          <h3>Layer {layer}</h3>
          <div>
            {maps
              .filter(map => map.layer === layer)
              .map(({ head, weights }) => {
                const found = heads?.find(each => each.layer === layer && each.head === head)
                const on = chosen.layer === layer && chosen.head === head
                return (
                  <button
                    type="button"
                    key={head}
                    class={on ? 'on' : ''}
                    aria-pressed={on}
                    aria-label={`Layer ${layer}, head ${head}${found?.label ? `: ${found.label}` : ''}`}
                    onClick={() => onChoose({ layer, head })}
                  >
                    <HeatMap
                      small
                      title={`Layer ${layer}, head ${head}`}
                      values={weights}
                      rows={tokens.length}
                      columns={tokens.length}
                      from={0}
                      to={1}
                      describe={() => ''}
                    />
                    <span>
                      head {head}
                      {found && (
                        <small>
                          {found.label
                            ? `${found.label} ${percent(found.score ?? 0)} (${percent(found.chance ?? 0)})`
                            : 'nothing stands out'}
                        </small>
                      )}
                    </span>
                  </button>
                )
              })}
          </div>
        </div>
      ))}
    </div>
  )
}

/** One head: point at a token, and what it looks at is shaded. */
function HeadPanel({ attention, layer, head }: { attention: Attention; layer: number; head: number }) {
  const { tokens, maps, causal, total } = attention
  const size = tokens.length
  const [at, setAt] = useState(size - 1)
  const row = Math.min(at, size - 1)
  const map = maps.find(each => each.layer === layer && each.head === head) ?? maps[0]
  const shares = useMemo(
    () => Array.from({ length: size }, (_, i) => map?.weights[row * size + i] ?? 0),
    [map, row, size],
  )
  if (!map) return null
  return (
    <Grid>
      <Panel
        title={`Layer ${map.layer}, head ${map.head}`}
        lead={`Point at a token, or choose it: the darker another, the more the chosen one looks at it.${causal ? ' It can only look back.' : ''}`}
      >
        <Shaded tokens={tokens} label="The text, shaded by attention" shares={shares} chosen={row} onChoose={setAt} />
        {size < total && (
          <small>
            The first {whole(size)} of {whole(total)} tokens.
          </small>
        )}
      </Panel>
      <Panel title="As a table" lead="Rows look at columns.">
        <HeatMap
          title={`Attention of layer ${map.layer}, head ${map.head}`}
          values={map.weights}
          rows={size}
          columns={size}
          from={0}
          to={1}
          describe={(row, column, value) =>
            `“${visible(tokens[row]!.text)}” looks at “${visible(tokens[column]!.text)}”: ${percent(value)}`
          }
          onPlace={place => place && setAt(place.row)}
        />
      </Panel>
    </Grid>
  )
}
