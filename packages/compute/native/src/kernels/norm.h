// Layer normalisation. A row is read twice from the first-level cache, once from memory.

namespace sluice {
namespace SLUICE_ISA {

template <class X, class Y> static void layerNormForwardAs(const LayerNormForward& a) {
  const RowBlocks blocks(a.rows, 1);
  const int64_t width = a.width;
  const bool past = writesPast(to<Y>(a.y), a.rows, width);
  parallelFor(blocks.count, [&](int64_t block, int) {
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      const X* x = as<X>(a.x) + row * width;
      Y* y = to<Y>(a.y) + row * width;
      vf total = zero();
      forLanes(width, [&](int64_t j, auto lanes) { total = add(total, load(x + j, lanes)); });
      const float mean = sum(total) / static_cast<float>(width);
      vf squares = zero();
      forLanes(width, [&](int64_t j, auto lanes) {
        const vf d = orElse(sub(load(x + j, lanes), set1(mean)), lanes, zero());
        squares = fma(d, d, squares);
      });
      const float rstd = 1.f / std::sqrt(sum(squares) / static_cast<float>(width) + a.epsilon);
      storeRow(y, width, past, [&](int64_t j, auto lanes) {
        const vf normal = mul(sub(load(x + j, lanes), set1(mean)), set1(rstd));
        return fma(normal, load(a.gamma + j, lanes), load(a.beta + j, lanes));
      });
      if (a.mean) a.mean[row] = mean;
      if (a.rstd) a.rstd[row] = rstd;
    }
    if (past) finishStoringPast();
  });
}

template <class X> static void layerNormForwardTyped(const LayerNormForward& a) {
  if (a.y.type == Type::bf16) layerNormForwardAs<X, bf16>(a);
  else layerNormForwardAs<X, float>(a);
}

static void layerNormForward(const LayerNormForward& a) {
  if (a.x.type == Type::bf16) layerNormForwardTyped<bf16>(a);
  else layerNormForwardTyped<float>(a);
}

template <class DY, class X> static void layerNormBackwardAs(const LayerNormBackward& a) {
  const RowBlocks blocks(a.rows, 1);
  const int64_t width = a.width;
  Workspace workspace;
  float* sums = workspace.shared<float>(static_cast<size_t>(blocks.count * 2 * width));
  const bool past = !a.onto && writesPast(a.dx, a.rows, width);
  parallelFor(blocks.count, [&](int64_t block, int) {
    float* dgamma = sums + block * 2 * width;
    float* dbeta = dgamma + width;
    forLanes(2 * width, [&](int64_t j, auto lanes) { store(dgamma + j, zero(), lanes); });
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      const X* x = as<X>(a.x) + row * width;
      const DY* dy = as<DY>(a.dy) + row * width;
      float* dx = a.dx + row * width;
      const vf mean = set1(a.mean[row]), rstd = set1(a.rstd[row]);
      vf plain = zero(), along = zero();
      forLanes(width, [&](int64_t j, auto lanes) {
        const vf d = load(dy + j, lanes);
        const vf normal = orElse(mul(sub(load(x + j, lanes), mean), rstd), lanes, zero());
        const vf g = mul(d, load(a.gamma + j, lanes));
        plain = add(plain, g);
        along = fma(g, normal, along);
        store(dgamma + j, fma(d, normal, load(dgamma + j, lanes)), lanes);
        store(dbeta + j, add(d, load(dbeta + j, lanes)), lanes);
      });
      const float count = static_cast<float>(width);
      const vf meanPlain = set1(sum(plain) / count), meanAlong = set1(sum(along) / count);
      storeRow(dx, width, past, [&](int64_t j, auto lanes) {
        const vf g = mul(load(dy + j, lanes), load(a.gamma + j, lanes));
        const vf normal = mul(sub(load(x + j, lanes), mean), rstd);
        const vf own = mul(rstd, fnma(normal, meanAlong, sub(g, meanPlain)));
        return a.onto ? add(load(dx + j, lanes), own) : own;
      });
    }
    if (past) finishStoringPast();
  });
  // Blocks are rows of [dgamma, dbeta]: one sum over blocks in their order gives both.
  float* totals = workspace.shared<float>(static_cast<size_t>(2 * width));
  addBlocks(sums, blocks.count, 2 * width, totals, false);
  std::memcpy(a.dgamma, totals, static_cast<size_t>(width) * sizeof(float));
  std::memcpy(a.dbeta, totals + width, static_cast<size_t>(width) * sizeof(float));
}

static void layerNormBackward(const LayerNormBackward& a) {
  const bool dy = a.dy.type == Type::bf16, x = a.x.type == Type::bf16;
  if (dy && x) layerNormBackwardAs<bf16, bf16>(a);
  else if (dy) layerNormBackwardAs<bf16, float>(a);
  else if (x) layerNormBackwardAs<float, bf16>(a);
  else layerNormBackwardAs<float, float>(a);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
