import type { Alternative } from '@sluice/recipe/inspect'
import { percent } from '@sluice/recipe/show'
import { Bar } from '../../components/bar.tsx'
import { TokenName } from '../../components/tokens.tsx'

export interface CandidatesProps {
  readonly of: readonly Alternative[]
  readonly onChoose?: (id: number) => void
}

/** Tokens that may come, the likeliest first: how likely, and how likely once sampling has been restricted. */
export function Candidates({ of, onChoose }: CandidatesProps) {
  const restricted = of.some(({ chance, probability }) => Math.abs(chance - probability) > 1e-6)
  return (
    <table class="bars candidates">
      <thead>
        <tr>
          <th scope="col">token</th>
          <td />
          <th scope="col">probability</th>
          {restricted && <th scope="col">as sampled</th>}
        </tr>
      </thead>
      <tbody>
        {of.map(token => (
          <tr key={token.id}>
            <th scope="row">
              {onChoose ? (
                <button type="button" class="link" onClick={() => onChoose(token.id)}>
                  <TokenName token={token} />
                </button>
              ) : (
                <TokenName token={token} />
              )}
            </th>
            <td class="picture">
              <Bar parts={[{ share: token.chance, class: 'value' }]} mark={token.probability} />
            </td>
            <td>{percent(token.probability)}</td>
            {restricted && <td>{percent(token.chance)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
