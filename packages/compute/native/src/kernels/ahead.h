// Reading ahead: what the next task is going to read comes from memory while this one multiplies, which needs next to nothing of it
// itself. The processor's own prefetching follows one stream; here a block of rows of several matrices is about to be read, a
// line or a few from each of many rows.

namespace sluice {
namespace SLUICE_ISA {

class Ahead {
 public:
  Ahead() = default;
  /** Of rows [begin, end), perhaps none. */
  SLUICE_INLINE Ahead(int64_t begin, int64_t end) : begin_(begin), count_(end - begin) {}

  /** Those rows of a matrix that lies in one piece, or is absent; of five matrices at most. */
  template <class S> SLUICE_INLINE void of(const S* data, int64_t columns) {
    if (data) add(data + begin_ * columns, 0, 1, count_ * columns * static_cast<int64_t>(sizeof(S)));
  }
  /** Of those rows, `ld` elements apart, the first `columns`. */
  template <class S> SLUICE_INLINE void of(const S* data, size_t ld, int64_t columns) {
    add(data + begin_ * static_cast<int64_t>(ld), ld * sizeof(S), count_, columns * static_cast<int64_t>(sizeof(S)));
  }

  /** It will be asked `steps` times for its share. */
  SLUICE_INLINE void share(int64_t steps) {
    for (int i = 0; i < used_; i++) ranges_[i].each = divideUp(ranges_[i].rows * ranges_[i].lines, larger(steps, int64_t{1}));
  }

  SLUICE_INLINE void step() {
    for (int i = 0; i < used_; i++) {
      Range& range = ranges_[i];
      // Run by run of lines: to look after each of them takes 1 % of a training step.
      for (int64_t left = range.each; left > 0 && range.rows > 0;) {
        const int64_t count = smaller(left, range.lines - range.done);
        for (int64_t line = range.done; line < range.done + count; line++) __builtin_prefetch(range.at + line * 64, 0, 2);
        left -= count;
        range.done += count;
        if (range.done < range.lines) break;
        range.done = 0;
        range.rows--;
        range.at += range.stride;
      }
    }
  }

 private:
  /** Rows of so many lines, of whose first some have been asked for. */
  struct Range {
    const char* at = nullptr;
    size_t stride = 0;
    int64_t rows = 0, lines = 0, done = 0, each = 0;
  };
  int64_t begin_ = 0, count_ = 0;
  int used_ = 0;
  Range ranges_[5];

  SLUICE_INLINE void add(const void* at, size_t stride, int64_t rows, int64_t bytes) {
    if (count_ > 0) ranges_[used_++] = {static_cast<const char*>(at), stride, rows, divideUp(bytes, int64_t{64}), 0, 0};
  }
};

}  // namespace SLUICE_ISA
}  // namespace sluice
