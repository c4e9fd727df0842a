// Rows of a table, and the sum of gradients into its rows.

namespace sluice {
namespace SLUICE_ISA {

static void embeddingForward(const Embedding& a) {
  const RowBlocks blocks(a.rows, 1);
  parallelFor(blocks.count, [&](int64_t block, int) {
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      std::memcpy(a.out + row * a.width, as<float>(a.in) + a.ids[row] * a.width, static_cast<size_t>(a.width) * sizeof(float));
    }
  });
}

template <class DY> static void embeddingBackwardAs(const Embedding& a) {
  // Every task owns a range of the table's rows and meets the gradients in their order.
  const int64_t ranges = smaller<int64_t>(a.vocab, 8 * threadCount());
  parallelFor(ranges, [&](int64_t range, int) {
    const int64_t from = a.vocab * range / ranges, until = a.vocab * (range + 1) / ranges;
    if (!a.onto) std::memset(a.out + from * a.width, 0, static_cast<size_t>((until - from) * a.width) * sizeof(float));
    for (int64_t row = 0; row < a.rows; row++) {
      const int64_t id = a.ids[row];
      if (id < from || id >= until) continue;
      float* out = a.out + id * a.width;
      const DY* dy = as<DY>(a.in) + row * a.width;
      forLanes(a.width, [&](int64_t j, auto lanes) { store(out + j, add(load(out + j, lanes), load(dy + j, lanes)), lanes); });
    }
  });
}

static void embeddingBackward(const Embedding& a) {
  if (a.in.type == Type::bf16) embeddingBackwardAs<bf16>(a);
  else embeddingBackwardAs<float>(a);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
