import { bytes, digits, duration, nats, short, whole } from '@sluice/recipe/show'
import { useRun } from '../../api/run-context.ts'
import { Bar } from '../../components/bar.tsx'
import { Panel, Stats } from '../../components/panel.tsx'

/** Where the run stands, in figures. */
export function Now() {
  const { run } = useRun()
  const { progress, evaluations, now, plan, learned, state } = run.view
  const { step, steps, loss, tokens, seconds, tokensPerSecond, secondsLeft } = progress
  const held = evaluations.at(-1)
  const first = evaluations[0]
  const preparing = state === 'preparing' || state === 'waiting' ? now?.preparing : undefined
  const parameters = plan?.values.parameters
  const share = preparing?.share ?? (steps === undefined ? 0 : step / steps)
  return (
    <Panel
      title={preparing ? `Preparing: ${preparing.what}` : (learned ?? 'How far it is')}
      lead={preparing?.detail ?? plan?.message}
    >
      <div class="progress">
        <Bar parts={[{ share, class: 'value' }]} />
      </div>
      <Stats
        of={[
          { name: 'step', value: whole(step), note: steps === undefined ? undefined : `of ${whole(steps)}` },
          loss !== undefined && { name: 'training loss', value: nats(loss), note: 'nats a token' },
          held && {
            name: 'held-out loss',
            value: nats(held.loss),
            note: first && first !== held ? `from ${nats(first.loss)}` : 'nats a token',
          },
          held?.perplexity !== undefined && { name: 'perplexity', value: digits(held.perplexity) },
          held?.bits_per_byte !== undefined && { name: 'bits per byte', value: nats(held.bits_per_byte) },
          tokensPerSecond !== undefined && { name: 'tokens a second', value: short(tokensPerSecond) },
          { name: 'tokens trained on', value: short(tokens), note: duration(seconds) },
          secondsLeft !== undefined && { name: 'time left', value: duration(secondsLeft) },
          typeof parameters === 'number' && { name: 'parameters', value: short(parameters) },
          now && { name: 'memory', value: bytes(now.memory), note: memoryNote(run.view.memory) },
        ]}
      />
    </Panel>
  )
}

function memoryNote(memory: readonly (readonly [number, number])[]): string | undefined {
  const most = Math.max(0, ...memory.map(([, size]) => size))
  return most > 0 ? `at most ${bytes(most)}` : undefined
}
