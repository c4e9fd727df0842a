import { blocksBatch, type Frame, type StageContext } from '@sluice/pipeline'
import { concat, EMPTY, from, NEVER, of, Subject, throwError } from 'rxjs'
import { describe, expect, test, vi } from 'vitest'
import { batch } from './batch.ts'
import { shuffle } from './shuffle.ts'

const frame = (rows: number, n: number): Frame => ({
  batch: blocksBatch({ width: 2, ids: new Int32Array(rows * 2).fill(n) }),
  cursor: { source: n },
  seq: n,
})

/** What an operator lets out, told in short. */
function observe(input: Parameters<ReturnType<typeof batch>['apply']>[0], stage = batch({ batchSize: 2 })) {
  const seen: string[] = []
  const subscription = stage.apply(input).subscribe({
    next: out => seen.push(`${out.batch.numRows} rows`),
    error: error => seen.push(`error: ${error.message}`),
    complete: () => seen.push('complete'),
  })
  return { seen, subscription }
}

describe('a gathering operator', () => {
  test('never, empty, one, many, error', () => {
    expect(observe(NEVER).seen).toEqual([])
    expect(observe(EMPTY, shuffle({ rows: 2 })).seen).toEqual(['complete'])
    expect(observe(EMPTY).seen).toEqual(['error: the text gives 0 blocks, one batch needs 2'])
    expect(observe(of(frame(2, 1))).seen).toEqual(['2 rows', 'complete'])
    expect(observe(from([frame(1, 1), frame(4, 2), frame(0, 3)])).seen).toEqual([
      '0 rows',
      '2 rows',
      '2 rows',
      '0 rows',
      'complete',
    ])
    const failing = concat(
      of(frame(2, 1)),
      throwError(() => new Error('disk gone')),
    )
    expect(observe(failing).seen).toEqual(['2 rows', 'error: disk gone'])
  })

  test('unsubscribed early, it lets its input go and gives no more', () => {
    const input = new Subject<Frame>()
    const { seen, subscription } = observe(input)
    input.next(frame(2, 1))
    subscription.unsubscribe()
    expect(input.observed).toBe(false)
    input.next(frame(2, 2))
    expect(seen).toEqual(['2 rows'])
  })

  test('unsubscribed while it gives, it stops there', () => {
    const seen: number[] = []
    const subscription = batch({ batchSize: 1 })
      .apply(concat(of(frame(5, 1)), NEVER))
      .subscribe({
        next: out => {
          seen.push(out.batch.numRows)
          queueMicrotask(() => subscription.unsubscribe())
        },
      })
    expect(seen).toEqual([1, 1, 1, 1, 1])
    const input = new Subject<Frame>()
    const few: number[] = []
    const other = batch({ batchSize: 1 })
      .apply(input)
      .subscribe(out => {
        few.push(out.batch.numRows)
        if (few.length === 2) other.unsubscribe()
      })
    input.next(frame(5, 1))
    expect(few).toEqual([1, 1])
  })

  test('what throws on the way becomes an error', () => {
    const broken = { ...frame(1, 1), batch: undefined as never }
    expect(observe(of(broken)).seen[0]).toMatch(/^error: Cannot read properties of undefined/)
  })

  test('each subscription begins anew', () => {
    const stage = batch({ batchSize: 2 })
    const input = from([frame(3, 1)])
    expect(observe(input, stage).seen).toEqual(['2 rows', 'complete'])
    expect(observe(input, stage).seen).toEqual(['2 rows', 'complete'])
  })

  test('cut short, it gives nothing of what it has gathered and tells of nothing dropped', async () => {
    const stop = new AbortController()
    const emit = vi.fn()
    const context: StageContext = { seed: 1, signal: stop.signal, emit, whenConsumed: () => Promise.resolve() }
    for (const stage of [batch({ batchSize: 2 }), shuffle({ rows: 9 })]) {
      await stage.open?.(context, undefined)
      const input = new Subject<Frame>()
      const { seen } = observe(input, stage)
      input.next(frame(1, 1))
      stop.abort()
      input.complete()
      expect(seen).toEqual(['0 rows', 'complete'])
    }
    expect(emit).not.toHaveBeenCalled()
  })
})
