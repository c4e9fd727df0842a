// Reading ahead: what the next task is going to read comes from memory while this one multiplies, which needs next to nothing of it
// itself. The processor's own prefetching follows one stream; here a block of rows of three matrices is about to be read, a
// line from each of many rows.

namespace sluice {
namespace SLUICE_ISA {

class Ahead {
 public:
  /** Rows [row0, row0 + rows) of a matrix that lies in one piece; less of them, or none, where it ends before. */
  template <class S> SLUICE_INLINE void rows(const S* data, int64_t row0, int64_t rows, int64_t end, int64_t columns) {
    const int64_t count = smaller(rows, end - row0);
    if (!data || count <= 0) return;
    Range& range = ranges_[ranges_[0].lines == 0 ? 0 : ranges_[1].lines == 0 ? 1 : 2];
    range.at = reinterpret_cast<const char*>(data + row0 * columns);
    range.lines = divideUp(count * columns * static_cast<int64_t>(sizeof(S)), int64_t{64});
  }

  /** It will be asked `steps` times for its share. */
  SLUICE_INLINE void share(int64_t steps) {
    for (Range& range : ranges_) range.each = divideUp(range.lines, larger(steps, int64_t{1}));
  }

  SLUICE_INLINE void step() {
    for (Range& range : ranges_) {
      const int64_t count = smaller(range.each, range.lines);
      for (int64_t i = 0; i < count; i++) __builtin_prefetch(range.at + i * 64, 0, 2);
      range.at += count * 64;
      range.lines -= count;
    }
  }

 private:
  struct Range {
    const char* at = nullptr;
    int64_t lines = 0, each = 0;
  };
  Range ranges_[3];
};

}  // namespace SLUICE_ISA
}  // namespace sluice
