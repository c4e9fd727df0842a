// General matrix products of floats, batched, either side transposed: tfjs' BatchMatMul.

namespace sluice {
namespace SLUICE_ISA {

/** What a worker needs to multiply one matrix of a batch by itself. */
template <class E> static void multiplyAlone(const MatMul& a, int64_t index, typename E::T* left, typename E::T* right) {
  const float* x = a.a + index * a.strideA;
  const float* y = a.b + index * a.strideB;
  const int64_t depth = roundUp(a.k, int64_t{E::KP}), groups = depth / E::KU;
  const size_t panel = panelPitch<E>(depth);
  for (int64_t j = 0; j < a.n; j += E::NR) {
    auto* at = right + static_cast<size_t>(j / E::NR) * panel;
    if (a.transposeB) packPanelTransposed<E>(Matrix<float>{y, static_cast<size_t>(a.k)}, j, a.n, a.k, groups, at);
    else packPanel<E>(Matrix<float>{y, static_cast<size_t>(a.n)}, 0, a.k, j, a.n, groups, at);
  }
  Left<E> rows;
  if (a.transposeA) {
    rows = leftPacked<E>(left, depth);
    packTransposed<E>(Matrix<float>{x, static_cast<size_t>(a.m)}, 0, a.k, depth, a.m, 0, rows, left);
  } else {
    rows = rowsFor<E>(x, static_cast<size_t>(a.k), 0, a.m, a.k, depth, left, static_cast<size_t>(depth));
  }
  multiplyInto<E>(rows, static_cast<int>(a.m), Right<E>{right, panel}, static_cast<int>(a.n), static_cast<int>(groups),
                  a.c + index * a.m * a.n, static_cast<size_t>(a.n), false);
}

/** All threads on one matrix. */
template <class E> static void multiplyTogether(const MatMul& a, int64_t index) {
  using T = typename E::T;
  const float* x = a.a + index * a.strideA;
  const float* y = a.b + index * a.strideB;
  float* c = a.c + index * a.m * a.n;
  const int64_t depth = roundUp(a.k, int64_t{E::KP});
  const int groups = static_cast<int>(depth / E::KU);
  Workspace workspace;
  const RowBlocks blocks(a.m, E::MR, E::forwardRows);
  const size_t bufferLd = scratchLd<T>(depth);
  const Right<E> right = a.transposeB ? packRightTransposed<E>(workspace, y, static_cast<size_t>(a.k), a.k, a.n)
                                      : packRight<E>(workspace, y, static_cast<size_t>(a.n), a.k, a.n);
  if (!a.transposeA) {
    const auto buffers = workspace.perWorker<T>(static_cast<size_t>(RowBlocks::most(a.m, E::MR, E::forwardRows)) * bufferLd);
    parallelFor(blocks.count, [&](int64_t block, int worker) {
      const int64_t row0 = blocks.begin(block), rows = blocks.end(block) - row0;
      const Left<E> left = rowsFor<E>(x, static_cast<size_t>(a.k), row0, rows, a.k, depth, buffers.of(worker), bufferLd);
      multiplyInto<E>(left, static_cast<int>(rows), right, static_cast<int>(a.n), groups, c + row0 * a.n,
                      static_cast<size_t>(a.n), false);
    });
    return;
  }
  T* left = workspace.shared<T>(leftPackedSize<E>(a.m, depth));
  const Left<E> packed = leftPacked<E>(left, depth);
  // Elements of k to a task: what is read is one stream.
  constexpr int64_t depthPerTask = 32;
  parallelFor(divideUp(depth, depthPerTask), [&](int64_t task, int) {
    const int64_t at = task * depthPerTask, count = smaller(depthPerTask, depth - at);
    packTransposed<E>(Matrix<float>{x, static_cast<size_t>(a.m)}, at, smaller(count, a.k - at), count, a.m, at, packed, left);
  });
  parallelFor(blocks.count, [&](int64_t block, int) {
    const int64_t row0 = blocks.begin(block), rows = blocks.end(block) - row0;
    multiplyInto<E>(from<E>(packed, row0 / E::MR, 0), static_cast<int>(rows), right, static_cast<int>(a.n), groups,
                    c + row0 * a.n, static_cast<size_t>(a.n), false);
  });
}

template <class E> static void matMul(const MatMul& a) {
  if (a.batch < 2 * threadCount() && a.m * a.n * a.k > 1 << 18) {
    for (int64_t index = 0; index < a.batch; index++) multiplyTogether<E>(a, index);
    return;
  }
  Workspace workspace;
  const int64_t depth = roundUp(a.k, int64_t{E::KP});
  const auto lefts = workspace.perWorker<typename E::T>(larger(leftPackedSize<E>(a.m, depth), static_cast<size_t>(a.m * depth)));
  const auto rights = workspace.perWorker<typename E::T>(rightSize<E>(a.n, depth));
  const auto one = [&](int64_t index, int worker) { multiplyAlone<E>(a, index, lefts.of(worker), rights.of(worker)); };
  if (a.batch * a.m * a.n * a.k < 1 << 16) {
    for (int64_t index = 0; index < a.batch; index++) one(index, 0);
  } else {
    parallelFor(a.batch, one);
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
