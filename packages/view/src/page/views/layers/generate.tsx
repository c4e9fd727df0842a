import { digits, whole } from '@sluice/recipe/show'
import { useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Answered } from '../../components/answer.tsx'
import { Slider, TextBox } from '../../components/controls.tsx'
import { Panel } from '../../components/panel.tsx'
import { TokenName, Tokens } from '../../components/tokens.tsx'
import { Candidates } from './candidates.tsx'

/** Token after token, with what else might have come. */
export function GeneratePanel() {
  const [prompt, setPrompt] = useState('The whale')
  const [after, setAfter] = useState<readonly number[]>([])
  const [temperature, setTemperature] = useState(0.8)
  const [topK, setTopK] = useState(0)
  const [topP, setTopP] = useState(1)
  const [seed, setSeed] = useState(0)
  const sampling = { temperature, seed, ...(topK > 0 ? { topK } : {}), ...(topP < 1 ? { topP } : {}) }
  const answer = useAnswer('generate', { prompt, after, maxTokens: 12, alternatives: 10, ...sampling }, { after: 120 })
  const begin = (text: string) => {
    setPrompt(text)
    setAfter([])
  }
  return (
    <Panel
      title="Token by token"
      lead="What the model holds likely next, and what sampling makes of it. Take its choice, or another, and see what follows."
    >
      <TextBox label="Beginning" rows={2} value={prompt} onInput={begin} />
      <div class="fields">
        <Slider
          label="Temperature: 0 always takes the likeliest"
          value={temperature}
          min={0}
          max={2}
          step={0.05}
          format={value => value.toFixed(2)}
          onChange={setTemperature}
        />
        <Slider
          label="Top k: only the likeliest so many"
          value={topK}
          min={0}
          max={100}
          format={value => (value === 0 ? 'all' : String(value))}
          onChange={setTopK}
        />
        <Slider
          label="Top p: only those that make up this much"
          value={topP}
          min={0.05}
          max={1}
          step={0.01}
          format={value => value.toFixed(2)}
          onChange={setTopP}
        />
        <Slider label="Seed: another draw" value={seed} min={0} max={50} onChange={setSeed} />
      </div>
      <Answered of={answer} doing="Writing">
        {({ tokens, steps, ended }) => {
          const next = steps[0]
          const chosen = steps.map(({ chosen: { id } }) => id)
          return (
            <>
              <Tokens tokens={tokens} label="The text so far" />
              {next ? (
                <>
                  <p class="detail">
                    It wavers among {digits(Math.exp(next.entropy))} tokens; sampling leaves {whole(next.kept)} and drew{' '}
                    <TokenName token={next.chosen} />.
                  </p>
                  <div class="tools">
                    <button type="button" class="primary" onClick={() => setAfter([...after, ...chosen.slice(0, 1)])}>
                      Take it
                    </button>
                    <button type="button" onClick={() => setAfter([...after, ...chosen])}>
                      Take the next {steps.length}
                    </button>
                    <button type="button" disabled={after.length === 0} onClick={() => setAfter(after.slice(0, -1))}>
                      One back
                    </button>
                    <button type="button" disabled={after.length === 0} onClick={() => setAfter([])}>
                      From the beginning
                    </button>
                  </div>
                  <Candidates of={next.alternatives} onChoose={id => setAfter([...after, id])} />
                </>
              ) : (
                <p>{ended ? 'The model ended the text here.' : 'There is no room for more.'}</p>
              )}
            </>
          )
        }}
      </Answered>
    </Panel>
  )
}
