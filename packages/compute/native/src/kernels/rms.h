// Root mean square normalisation (Zhang and Sennrich 2019).

namespace sluice {
namespace SLUICE_ISA {

template <class X, class Y> static void rmsNormForwardAs(const RmsNormForward& a) {
  const RowBlocks blocks(a.rows, 1);
  const int64_t width = a.width;
  const bool past = writesPast(to<Y>(a.y), a.rows, width);
  parallelFor(blocks.count, [&](int64_t block, int) {
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      const X* x = as<X>(a.x) + row * width;
      vf squares = zero();
      forLanes(width, [&](int64_t j, auto lanes) {
        const vf v = orElse(load(x + j, lanes), lanes, zero());
        squares = fma(v, v, squares);
      });
      const float rstd = 1.f / std::sqrt(sum(squares) / static_cast<float>(width) + a.epsilon);
      storeRow(to<Y>(a.y) + row * width, width, past, [&](int64_t j, auto lanes) {
        return mul(mul(load(x + j, lanes), set1(rstd)), load(a.gamma + j, lanes));
      });
      if (a.rstd) a.rstd[row] = rstd;
    }
    if (past) finishStoringPast();
  });
}

static void rmsNormForward(const RmsNormForward& a) {
  const bool x = a.x.type == Type::bf16, y = a.y.type == Type::bf16;
  if (x && y) rmsNormForwardAs<bf16, bf16>(a);
  else if (x) rmsNormForwardAs<bf16, float>(a);
  else if (y) rmsNormForwardAs<float, bf16>(a);
  else rmsNormForwardAs<float, float>(a);
}

template <class DY, class X> static void rmsNormBackwardAs(const RmsNormBackward& a) {
  const RowBlocks blocks(a.rows, 1);
  const int64_t width = a.width;
  Workspace workspace;
  float* sums = workspace.shared<float>(static_cast<size_t>(blocks.count * width));
  const bool past = !a.onto && writesPast(a.dx, a.rows, width);
  parallelFor(blocks.count, [&](int64_t block, int) {
    float* dgamma = sums + block * width;
    forLanes(width, [&](int64_t j, auto lanes) { store(dgamma + j, zero(), lanes); });
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      const X* x = as<X>(a.x) + row * width;
      const DY* dy = as<DY>(a.dy) + row * width;
      const vf rstd = set1(a.rstd[row]);
      vf along = zero();
      forLanes(width, [&](int64_t j, auto lanes) {
        const vf d = load(dy + j, lanes);
        const vf normal = orElse(mul(load(x + j, lanes), rstd), lanes, zero());
        along = fma(mul(d, load(a.gamma + j, lanes)), normal, along);
        store(dgamma + j, fma(d, normal, load(dgamma + j, lanes)), lanes);
      });
      const vf mean = set1(sum(along) / static_cast<float>(width));
      float* dx = a.dx + row * width;
      storeRow(dx, width, past, [&](int64_t j, auto lanes) {
        const vf g = mul(load(dy + j, lanes), load(a.gamma + j, lanes));
        const vf own = mul(rstd, fnma(mul(load(x + j, lanes), rstd), mean, g));
        return a.onto ? add(load(dx + j, lanes), own) : own;
      });
    }
    if (past) finishStoringPast();
  });
  addBlocks(sums, blocks.count, width, a.dgamma, false);
}

static void rmsNormBackward(const RmsNormBackward& a) {
  const bool dy = a.dy.type == Type::bf16, x = a.x.type == Type::bf16;
  if (dy && x) rmsNormBackwardAs<bf16, bf16>(a);
  else if (dy) rmsNormBackwardAs<bf16, float>(a);
  else if (x) rmsNormBackwardAs<float, bf16>(a);
  else rmsNormBackwardAs<float, float>(a);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
