import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openMetricsLog } from './metrics-log.ts'

const root = mkdtempSync(join(tmpdir(), 'sluice-metrics-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('the metrics log', () => {
  it('grows by lines and tells its length in bytes', () => {
    const path = join(root, 'a.jsonl')
    const log = openMetricsLog(path)
    log.append({ type: 'metric', step: 1 })
    expect(log.length).toBe('{"type":"metric","step":1}\n'.length)
    log.append({ type: 'note', message: 'é' })
    expect(readFileSync(path)).toHaveLength(log.length)
    expect(log.flush()).toBe(log.length)
    log.close()
    log.close()
    expect(() => log.append({})).toThrow('is closed')
  })

  it('is cut back to where a checkpoint stood, and grows on', () => {
    const path = join(root, 'b.jsonl')
    const first = openMetricsLog(path)
    for (const step of [1, 2, 3]) first.append({ step })
    const length = first.flush()
    for (const step of [4, 5]) first.append({ step })
    first.close()
    const second = openMetricsLog(path)
    expect(second.length).toBeGreaterThan(length)
    second.truncate(length)
    second.append({ step: 40 })
    second.close()
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n{"step":3}\n{"step":40}\n')
  })

  it('does not grow by being cut', () => {
    const path = join(root, 'c.jsonl')
    const log = openMetricsLog(path)
    log.append({})
    let said = ''
    try {
      log.truncate(100)
    } catch (error) {
      said = `${(error as Error).name}: ${error}`
    }
    expect(said).toBe(
      `StateError: ${path}: holds 3 bytes, and the checkpoint was written when it held 100; put the whole file back, or ` +
        'begin the run afresh with --overwrite',
    )
    expect(log.length).toBe(3)
    log.close()
  })

  it('tells a file that cannot be written', () => {
    const path = join(root, 'd')
    mkdirSync(path)
    expect(() => openMetricsLog(path)).toThrow('cannot be written: it is a folder')
  })
})
