// The gate of a SwiGLU feed-forward (Shazeer 2020): silu of the first half of a row times its second half.

namespace sluice {
namespace SLUICE_ISA {

template <class T> static void gatedSiluForwardAs(const GatedSilu& a) {
  const RowBlocks blocks(a.rows, 1);
  const bool past = writesPast(to<T>(a.y), a.rows, a.width);
  parallelFor(blocks.count, [&](int64_t block, int) {
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      const T* gate = as<T>(a.x) + 2 * row * a.width;
      storeRow(to<T>(a.y) + row * a.width, a.width, past, [&](int64_t j, auto lanes) {
        const vf g = load(gate + j, lanes);
        return mul(mul(g, sigmoid(g)), load(gate + a.width + j, lanes));
      });
    }
    if (past) finishStoringPast();
  });
}

template <class T> static void gatedSiluBackwardAs(const GatedSilu& a) {
  const RowBlocks blocks(a.rows, 1);
  parallelFor(blocks.count, [&](int64_t block, int) {
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      const T* gate = as<T>(a.x) + 2 * row * a.width;
      const T* dy = as<T>(a.dy) + row * a.width;
      T* dgate = to<T>(a.dx) + 2 * row * a.width;
      forLanes(a.width, [&](int64_t j, auto lanes) {
        const vf g = load(gate + j, lanes), d = load(dy + j, lanes), s = sigmoid(g);
        const vf silu = mul(g, s);
        store(dgate + a.width + j, mul(d, silu), lanes);
        // silu' = s + g s (1 - s)
        store(dgate + j, mul(mul(d, load(gate + a.width + j, lanes)), add(s, fnma(silu, s, silu))), lanes);
      });
    }
  });
}

static void gatedSiluForward(const GatedSilu& a) {
  if (a.x.type == Type::bf16) gatedSiluForwardAs<bf16>(a);
  else gatedSiluForwardAs<float>(a);
}

static void gatedSiluBackward(const GatedSilu& a) {
  if (a.x.type == Type::bf16) gatedSiluBackwardAs<bf16>(a);
  else gatedSiluBackwardAs<float>(a);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
