// How the rows of a matrix are dealt out to tasks.

namespace sluice {
namespace SLUICE_ISA {

/** Rows cut into blocks of about 96, whole tiles each; the cut depends on the number of rows only. */
struct RowBlocks {
  int64_t rows, tile, tiles;
  int count;
  static constexpr int64_t height = 96;
  /** No block has more rows than this. */
  static constexpr int64_t most = 2 * height;

  SLUICE_INLINE RowBlocks(int64_t rowCount, int64_t tileRows)
      : rows(rowCount), tile(tileRows), tiles(divideUp(rowCount, tileRows)) {
    int64_t blocks = divideUp(rowCount, height);
    // Numbers that two, four and eight threads share without one of them waiting for the last block.
    if (blocks > 4) blocks = smaller(roundUp(blocks, int64_t{4}), tiles);
    count = static_cast<int>(blocks);
  }
  /** The rows of the largest block. */
  SLUICE_INLINE int64_t largest() const { return divideUp(tiles, int64_t{larger(count, 1)}) * tile; }
  SLUICE_INLINE int64_t begin(int64_t block) const { return smaller(rows, tiles * block / count * tile); }
  SLUICE_INLINE int64_t end(int64_t block) const { return begin(block + 1); }
};

}  // namespace SLUICE_ISA
}  // namespace sluice
