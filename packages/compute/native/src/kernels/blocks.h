// How the rows of a matrix are dealt out to tasks.

namespace sluice {
namespace SLUICE_ISA {

/** Rows cut into blocks of about `height`, whole tiles each; the cut depends on the number of rows only. */
struct RowBlocks {
  int64_t rows, tile, tiles;
  int count;

  SLUICE_INLINE RowBlocks(int64_t rowCount, int64_t tileRows, int64_t height = 96)
      : rows(rowCount), tile(tileRows), tiles(divideUp(rowCount, tileRows)) {
    int64_t blocks = divideUp(rowCount, height);
    // Numbers that two, four and eight threads share without one of them waiting for the last block.
    if (blocks > 4) blocks = smaller(roundUp(blocks, int64_t{4}), tiles);
    count = static_cast<int>(blocks);
  }
  /** No block of fewer rows, cut so, has more than this. */
  static SLUICE_INLINE int64_t most(int64_t rowCount, int64_t tileRows, int64_t height = 96) {
    return smaller(roundUp(rowCount, tileRows), height + tileRows);
  }
  SLUICE_INLINE int64_t begin(int64_t block) const { return smaller(rows, tiles * block / count * tile); }
  SLUICE_INLINE int64_t end(int64_t block) const { return begin(block + 1); }
};

}  // namespace SLUICE_ISA
}  // namespace sluice
