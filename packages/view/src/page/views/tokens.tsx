import type { Cut } from '@sluice/recipe/inspect'
import { digits, plural, visible, whole } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import { useAnswer } from '../api/use-answer.ts'
import { Answered } from '../components/answer.tsx'
import { Field, TextBox } from '../components/controls.tsx'
import { Grid, Panel, Stats } from '../components/panel.tsx'
import { Tokens } from '../components/tokens.tsx'
import type { View } from './view.ts'

export const tokensView: View = {
  path: 'tokens',
  name: 'Tokens',
  question: 'How is text cut?',
  lead: 'A model never sees letters. Its tokenizer cuts text into pieces, each with a number, and what is frequent became one piece. Type or paste something.',
  component: TokensView,
}

const example = 'Call me Ishmael. Some years ago, never mind how long precisely, I thought I would sail about a little.'

/** Pieces drawn of each of two cuts. */
const mostCompared = 400

function TokensView() {
  const [text, setText] = useState(example)
  const [other, setOther] = useState<string>()
  const cut = useAnswer('tokens', { text })
  const compared = useAnswer('compare', { text, limit: mostCompared, ...(other === undefined ? {} : { with: other }) })
  return (
    <>
      <Panel title="The text">
        <TextBox label="Text" rows={4} value={text} onInput={setText} />
      </Panel>
      <Answered of={cut} doing="Cutting the text">
        {cut => <CutPanel cut={cut} />}
      </Answered>
      <Answered of={compared} doing="Cutting it otherwise">
        {({ own, other: theirs, choices }) => (
          <Panel
            title="Beside another tokenizer"
            lead={comparison(own, theirs)}
            tools={
              <Field label="Compare with">
                {id => (
                  <select id={id} value={theirs.tokenizer} onChange={event => setOther(event.currentTarget.value)}>
                    {choices.map(choice => (
                      <option key={choice}>{choice}</option>
                    ))}
                  </select>
                )}
              </Field>
            }
          >
            <Grid>
              {[own, theirs].map(each => (
                <div key={each.tokenizer} class="cut">
                  <h3>
                    {each.tokenizer}: {digits(each.bytesPerToken)} bytes a token
                  </h3>
                  <Tokens tokens={each.tokens.slice(0, mostCompared)} label={`The text cut by ${each.tokenizer}`} />
                  {each.total > mostCompared && (
                    <small>
                      The first {whole(mostCompared)} of {plural(each.total, 'token')}.
                    </small>
                  )}
                </div>
              ))}
            </Grid>
          </Panel>
        )}
      </Answered>
    </>
  )
}

function comparison(own: Cut, other: Cut): string {
  if (own.total === other.total) return `Both need ${plural(own.total, 'token')} for this text.`
  const [fewer, more] = own.total < other.total ? [own, other] : [other, own]
  return `${fewer.tokenizer} needs ${plural(fewer.total, 'token')} for this text, ${more.tokenizer} ${digits(more.total / fewer.total)} times as many. Fewer tokens: more text in one context, and fewer steps to read it.`
}

function CutPanel({ cut }: { cut: Cut }) {
  const [place, setPlace] = useState<number>()
  const token = place === undefined ? undefined : cut.tokens[place]
  return (
    <Panel title="Its pieces" lead="Point at a piece, or go to it with the tab key, for its number and its bytes.">
      <Stats
        of={[
          { name: 'tokens', value: whole(cut.total) },
          { name: 'bytes', value: whole(cut.bytes) },
          { name: 'bytes a token', value: digits(cut.bytesPerToken) },
          cut.vocabSize !== undefined && { name: 'vocabulary', value: whole(cut.vocabSize) },
        ]}
      />
      <Tokens tokens={cut.tokens} label="The text, cut" chosen={place} onChoose={setPlace} onPoint={setPlace} />
      {cut.tokens.length < cut.total && (
        <small>
          The first {whole(cut.tokens.length)} of {plural(cut.total, 'token')}.
        </small>
      )}
      <p class="detail" role="status">
        {token ? (
          <>
            <code>
              <bdi>{visible(token.text)}</bdi>
            </code>{' '}
            is number <b>{token.id}</b>, {plural(token.bytes.length, 'byte')}:{' '}
            <code>{token.bytes.map(byte => byte.toString(16).padStart(2, '0')).join(' ')}</code>
          </>
        ) : (
          ' '
        )}
      </p>
    </Panel>
  )
}
