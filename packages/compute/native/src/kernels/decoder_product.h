// A few rows times a packed matrix of a decoder. Every output column is one thread's own sum in a fixed order.

namespace sluice {
namespace SLUICE_ISA {

/** Below this many multiplications a product is done before another thread has heard of it. */
constexpr int64_t decoderAloneBelow = 1 << 14;

/** Columns [0, V * W) of a panel times R rows of x. Even and odd k are summed apart, for every R alike. */
template <int R, int V>
static SLUICE_INLINE void panelTimes(const float* w, const float* x, int64_t ld, int64_t depth, float* y) {
  vf even[R][V], odd[R][V];
  for (int r = 0; r < R; r++) {
    for (int v = 0; v < V; v++) even[r][v] = odd[r][v] = zero();
  }
  int64_t k = 0;
  for (; k + 2 <= depth; k += 2) {
    for (int v = 0; v < V; v++) {
      const vf first = load(w + v * W), second = load(w + decoderPanel + v * W);
      for (int r = 0; r < R; r++) {
        even[r][v] = fma(set1(x[r * ld + k]), first, even[r][v]);
        odd[r][v] = fma(set1(x[r * ld + k + 1]), second, odd[r][v]);
      }
    }
    w += 2 * decoderPanel;
  }
  if (k < depth) {
    for (int v = 0; v < V; v++) {
      for (int r = 0; r < R; r++) even[r][v] = fma(set1(x[r * ld + k]), load(w + v * W), even[r][v]);
    }
  }
  for (int r = 0; r < R; r++) {
    for (int v = 0; v < V; v++) store(y + r * decoderPanel + v * W, add(even[r][v], odd[r][v]));
  }
}

template <int R, int V>
static SLUICE_INLINE void panelTimes(const bf16* w, const float* x, int64_t ld, int64_t depth, float* y) {
  vf even[R][V], odd[R][V];
  for (int r = 0; r < R; r++) {
    for (int v = 0; v < V; v++) even[r][v] = odd[r][v] = zero();
  }
  int64_t k = 0;
  for (; k + 2 <= depth; k += 2) {
    for (int v = 0; v < V; v++) {
      vf first, second;
      loadPairs(w + 2 * v * W, first, second);
      for (int r = 0; r < R; r++) {
        even[r][v] = fma(set1(x[r * ld + k]), first, even[r][v]);
        odd[r][v] = fma(set1(x[r * ld + k + 1]), second, odd[r][v]);
      }
    }
    w += 2 * decoderPanel;
  }
  if (k < depth) {
    for (int v = 0; v < V; v++) {
      vf first, second;
      loadPairs(w + 2 * v * W, first, second);
      for (int r = 0; r < R; r++) even[r][v] = fma(set1(x[r * ld + k]), first, even[r][v]);
    }
  }
  for (int r = 0; r < R; r++) {
    for (int v = 0; v < V; v++) store(y + r * decoderPanel + v * W, add(even[r][v], odd[r][v]));
  }
}

/** All columns of a panel times R rows, as many columns at a time as there are registers for. */
template <int R, class T> static void wholePanel(const T* w, const float* x, int64_t ld, int64_t depth, float* y) {
  constexpr int all = static_cast<int>(decoderPanel) / W;
  constexpr int V = R == 1 || W >= 16 ? all : larger(1, all / 2);
  constexpr int perColumn = sizeof(T) == 2 ? 2 : 1;
  for (int v = 0; v < all; v += V) panelTimes<R, V>(w + v * W * perColumn, x, ld, depth, y + v * W);
}

/** Calls put(row, column, columns, values) with pieces of x [count, in] times a packed matrix; pieces come from several threads. */
template <class T, class Put>
static void multiplyPanels(Gang& gang, const DecoderLayout& layout, const void* packed, const DecoderLayout::Matrix& w, const float* x,
                           int64_t count, const Put& put) {
  const T* panels = reinterpret_cast<const T*>(static_cast<const char*>(packed) + w.panels);
  const int64_t length = layout.panelLength(w.in), total = divideUp(w.out, decoderPanel);
  const bool alone = w.in * w.out * count < decoderAloneBelow;
  const int64_t tasks = alone ? 1 : smaller(total, int64_t{threadCount()} * 4);
  gang.parallelFor(tasks, [&](int64_t task, int) {
    alignas(64) float y[4 * decoderPanel];
    for (int64_t panel = total * task / tasks; panel < total * (task + 1) / tasks; panel++) {
      const int64_t column = panel * decoderPanel, columns = smaller(decoderPanel, w.out - column);
      for (int64_t row = 0; row < count;) {
        const T* from = panels + panel * length;
        const float* rows = x + row * w.in;
        const int64_t some = count - row >= 4 ? 4 : count - row >= 2 ? 2 : 1;
        if (some == 4) wholePanel<4>(from, rows, w.in, w.in, y);
        else if (some == 2) wholePanel<2>(from, rows, w.in, w.in, y);
        else wholePanel<1>(from, rows, w.in, w.in, y);
        for (int64_t r = 0; r < some; r++) put(row + r, column, columns, y + r * decoderPanel);
        row += some;
      }
    }
  });
}

}  // namespace SLUICE_ISA
}  // namespace sluice
