// Reading ahead: what the next task is going to read comes from memory while this one multiplies, which needs next to nothing of it
// itself. The processor's own prefetching follows one stream; here a block of rows of three matrices is about to be read, a
// line from each of many rows.

namespace sluice {
namespace SLUICE_ISA {

class Ahead {
 public:
  Ahead() = default;
  /** Of rows [begin, end), perhaps none. */
  SLUICE_INLINE Ahead(int64_t begin, int64_t end) : begin_(begin), count_(end - begin) {}

  /** Those rows of a matrix that lies in one piece, or is absent; of three matrices at most. */
  template <class S> SLUICE_INLINE void of(const S* data, int64_t columns) {
    if (!data) return;
    ranges_[used_++] = {reinterpret_cast<const char*>(data + begin_ * columns),
                        divideUp(count_ * columns * static_cast<int64_t>(sizeof(S)), int64_t{64}), 0};
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
  int64_t begin_ = 0, count_ = 0;
  int used_ = 0;
  Range ranges_[3];
};

}  // namespace SLUICE_ISA
}  // namespace sluice
