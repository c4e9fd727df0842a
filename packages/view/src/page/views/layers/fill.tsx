import { useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import { TextBox } from '../../components/controls.tsx'
import { Panel } from '../../components/panel.tsx'
import { Tokens } from '../../components/tokens.tsx'
import { Candidates } from './candidates.tsx'

/** For BERT: what may stand at each mask. */
export function FillPanel({ mask }: { mask: string }) {
  const [text, setText] = useState(`the white ${mask} swam in the sea .`)
  const answer = useAnswer('fill', { text })
  return (
    <Panel
      title="Fill the gap"
      lead={`Write ${mask} for what is missing: the model reads what is before and after it.`}
    >
      <TextBox label="Text" rows={2} value={text} onInput={setText} />
      <Answered of={answer} doing="Filling in">
        {({ tokens, masks, text: filled }) => (
          <>
            <Tokens tokens={tokens} label="The text, cut" />
            <p class="detail">{filled}</p>
            {masks.map(({ place, fillings }) => (
              <Candidates key={place} of={fillings.map(each => ({ ...each, chance: each.probability }))} />
            ))}
          </>
        )}
      </Answered>
    </Panel>
  )
}
