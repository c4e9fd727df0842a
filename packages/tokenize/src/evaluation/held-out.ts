import type { Blocks, Tokens } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import { columnOf } from '../columns/column.ts'
import { takeRows } from '../columns/take.ts'
import { packer } from '../stages/packer.ts'
import { weigher } from '../stages/token-rows.ts'
import type { Tokenizer } from '../tokenizer.ts'

/** Packs what is held out and keeps it. */
export function heldOut(tokenizer: Tokenizer, blockSize: number) {
  const blocks: RecordBatch<Blocks>[] = []
  const pack = packer({
    id: 'evaluation',
    blockSize,
    endOfText: tokenizer.endOfText,
    weigh: weigher(tokenizer),
    use: () => {},
  })
  const state = {
    rows: 0,
    tokens: 0,
    add(batch: RecordBatch<Tokens>): void {
      state.tokens += pack.units(batch)
      for (const cut of pack.take(batch, 0)) {
        blocks.push(cut as RecordBatch<Blocks>)
        state.rows += cut.numRows
      }
    },
    first(rows: number): RecordBatch<Blocks>[] {
      const ranges: { batch: number; start: number; count: number }[] = []
      let left = rows
      blocks.forEach((block, i) => {
        const count = Math.min(left, block.numRows)
        if (count > 0) ranges.push({ batch: i, start: 0, count })
        left -= count
      })
      return [takeRows(blocks[0]!.schema, blocks, ranges) as RecordBatch<Blocks>]
    },
    /** Of the targets: the first id of all is none, and the spans count it. */
    bytes(of: readonly RecordBatch<Blocks>[]): number {
      const spans = columnOf(of[0]!, 'spans').children[0]!.children[4]!.values as Int32Array
      const first = (columnOf(of[0]!, 'ids').children[0]!.values as Int32Array)[0]!
      return spans.reduce((sum, bytes) => sum + bytes, 0) - Math.min(spans[0]!, tokenizer.tokenBytes(first).length)
    },
  }
  return state
}
