import type { Lens } from '@sluice/recipe/inspect'
import { digits, percent, visible, whole } from '@sluice/recipe/show'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import { TextBox } from '../../components/controls.tsx'
import { Panel } from '../../components/panel.tsx'
import { TokenName } from '../../components/tokens.tsx'
import { Candidates } from './candidates.tsx'

/** The logit lens: the likeliest token at each place, after each layer. */
export function LensPanel({ predicts }: { predicts: 'next' | 'masked' }) {
  const [text, setText] = useState('The captain saw the white whale')
  const answer = useAnswer('lens', { text, tokens: 24 })
  return (
    <Panel
      title="After each layer"
      lead={`Each column is a token of the text, each row what the model would ${predicts === 'next' ? 'put next' : 'put there'}: the embedding at the bottom, its answer at the top. The darker, the surer.`}
    >
      <TextBox label="Text" rows={2} value={text} onInput={setText} />
      <Answered of={answer} doing="Running the model over the text">
        {lens => <LensTable lens={lens} />}
      </Answered>
    </Panel>
  )
}

function LensTable({ lens: { tokens, targets, rows } }: { lens: Lens }) {
  const [place, setPlace] = useState({ row: rows.length - 1, column: tokens.length - 1 })
  const row = Math.min(place.row, rows.length - 1)
  const column = Math.min(place.column, tokens.length - 1)
  const cell = rows[row]?.cells[column]
  const target = targets[column]
  return (
    <>
      {/* It scrolls by keyboard, too. */}
      <section class="scroll" tabIndex={0} aria-label="Prediction after each layer">
        <table class="lens">
          <thead>
            <tr>
              <th scope="col">layer</th>
              {tokens.map((token, i) => (
                <th scope="col" key={`${i} ${token.id}`}>
                  <TokenName token={token} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...rows.entries()].reverse().map(([i, { layer, cells }]) => (
              <tr key={layer}>
                <th scope="row">{i === 0 ? 'embedding' : i === rows.length - 1 ? `${layer}, its answer` : layer}</th>
                {cells.map((each, j) => (
                  <LensCellButton
                    key={`${layer} ${j} ${tokens[j]?.id}`}
                    text={each.top[0]?.text ?? ''}
                    probability={each.top[0]?.probability ?? 0}
                    right={targets[j] !== undefined && each.top[0]?.id === targets[j]?.id}
                    chosen={row === i && column === j}
                    onChoose={() => setPlace({ row: i, column: j })}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {cell && (
        <div class="under">
          <p class="detail">
            After <TokenName token={tokens[column]!} />,{' '}
            {row === 0 ? 'at the embedding' : `after layer ${rows[row]!.layer}`}: it wavers among{' '}
            {digits(Math.exp(cell.entropy))} tokens.
            {target && cell.target && (
              <>
                {' '}
                What stands there, <TokenName token={target} />, is its guess number {whole(cell.target.rank)}, with{' '}
                {percent(cell.target.probability)}.
              </>
            )}
          </p>
          <Candidates of={cell.top.map(each => ({ ...each, chance: each.probability }))} />
        </div>
      )}
    </>
  )
}

interface CellProps {
  readonly text: string
  readonly probability: number
  readonly right: boolean
  readonly chosen: boolean
  readonly onChoose: () => void
}

function LensCellButton({ text, probability, right, chosen, onChoose }: CellProps) {
  const ref = useRef<HTMLButtonElement>(null)
  useEffect(() => ref.current!.style.setProperty('--strength', String(probability)), [probability])
  return (
    <td>
      <button
        ref={ref}
        type="button"
        class={`token cell ${right ? 'right' : ''} ${chosen ? 'chosen' : ''}`}
        aria-pressed={chosen}
        title={percent(probability)}
        onClick={onChoose}
      >
        <bdi>{visible(text) || '∅'}</bdi>
      </button>
    </td>
  )
}
