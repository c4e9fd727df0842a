// A linear layer, forward and backward.
//
// Forward: the weights are packed (under 2 % of the time, so they are packed anew at each call), then every task takes a block
// of rows: it converts them to the multiplier's type once, and adds the bias, applies GELU and adds the residual to each tile
// of the product while it is in the first-level cache.
//
// Backward, in chunks of tokens: a task takes a block of rows of dy, applies the activation's slope while converting them,
// packs them and the rows of x for dw, sums the bias' gradient, and computes dx, all on one thread. Only dw, which sums over
// the rows of all tasks, has to wait for the others.

namespace sluice {
namespace SLUICE_ISA {

/** Whether rows can be multiplied where they lie. */
template <class E, class S> static SLUICE_INLINE bool usedInPlace(size_t ld, int64_t columns, int64_t padded) {
  return sizeof(S) == sizeof(typename E::T) && padded == columns && (sizeof(S) == 4 || ld % 2 == 0);
}

/** Rows of A as the multiplier wants them: where they lie, if they can be used so, or converted into `buffer`. */
template <class E, class S>
static SLUICE_INLINE Left<E> rowsFor(const S* data, size_t ld, int64_t row, int64_t rows, int64_t columns, int64_t padded,
                                     typename E::T* buffer, size_t bufferLd) {
  if constexpr (sizeof(S) == sizeof(typename E::T)) {
    if (usedInPlace<E, S>(ld, columns, padded)) return leftRows<E>(data + static_cast<size_t>(row) * ld, ld);
  }
  packRows(Matrix<S>{data, ld}, row, rows, columns, padded, buffer, bufferLd);
  return leftRows<E>(buffer, bufferLd);
}

/** A leading dimension for a scratch block: whole lines, and not a multiple of a page, where rows would fall on the same sets. */
template <class T> static SLUICE_INLINE size_t scratchLd(int64_t columns) {
  const size_t line = 64 / sizeof(T);
  const size_t ld = roundUp(static_cast<size_t>(columns), line);
  return ld % (512 / sizeof(T)) == 0 ? ld + line : ld;
}

/** B packed from w[k, n] as it lies, all panels, in parallel. */
template <class E, class S>
static Right<E> packRight(Workspace& workspace, const S* w, size_t ld, int64_t k, int64_t n) {
  const int64_t groups = roundUp(k, int64_t{E::KP}) / E::KU;
  const int64_t panels = divideUp(n, int64_t{E::NR});
  const size_t panel = panelPitch<E>(groups * E::KU);
  auto* packed = workspace.shared<typename E::T>(panel * static_cast<size_t>(panels));
  // Rows of w to a task: what is read is one stream, whatever the panels.
  constexpr int64_t rowsPerTask = 32;
  const int64_t depth = groups * E::KU;
  parallelFor(divideUp(depth, rowsPerTask), [&](int64_t task, int) {
    const int64_t row = task * rowsPerTask, count = smaller(rowsPerTask, depth - row);
    packPanels<E>(Matrix<S>{w, ld}, row, smaller(count, k - row), count, n, row, panel, packed);
  });
  return {packed, panel};
}

/** B = wT packed from w[n, k]. */
template <class E, class S>
static Right<E> packRightTransposed(Workspace& workspace, const S* w, size_t ld, int64_t k, int64_t n) {
  const int64_t groups = roundUp(k, int64_t{E::KP}) / E::KU;
  const int64_t panels = divideUp(n, int64_t{E::NR});
  const size_t panel = panelPitch<E>(groups * E::KU);
  auto* packed = workspace.shared<typename E::T>(panel * static_cast<size_t>(panels));
  parallelFor(panels, [&](int64_t j, int) {
    packPanelTransposed<E>(Matrix<S>{w, ld}, j * E::NR, n, k, groups, packed + static_cast<size_t>(j) * panel);
  });
  return {packed, panel};
}

template <class E, class X, class Y, Activation activation, bool withSlope>
static void linearForwardAs(const LinearForward& a) {
  Workspace workspace;
  const int64_t depth = roundUp(a.in, int64_t{E::KP});
  const size_t bufferLd = scratchLd<typename E::T>(depth);
  const size_t ld = static_cast<size_t>(a.out);
  const RowBlocks blocks(a.rows, E::MR, E::forwardRows);
  const int64_t most = RowBlocks::most(a.rows, E::MR, E::forwardRows);
  const auto buffers = workspace.perWorker<typename E::T>(static_cast<size_t>(most) * bufferLd);
  const auto partials = workspace.perWorker<float>(partialSize<E>(most, a.out));
  const Right<E> w = packRight<E>(workspace, as<float>(a.w), ld, a.in, a.out);
  const float* bias = as<float>(a.bias);
  const float* residual = as<float>(a.residual);
  Y* y = to<Y>(a.y);
  typename E::T* slopes = to<typename E::T>(a.slope);
  const bool past = writesPast(y, a.rows, a.out) && (!withSlope || reinterpret_cast<uintptr_t>(slopes) % 64 == 0);
  parallelFor(blocks.count, [&](int64_t block, int worker) {
    const int64_t row0 = blocks.begin(block), rows = blocks.end(block) - row0;
    const Left<E> x = rowsFor<E>(as<X>(a.x), static_cast<size_t>(a.in), row0, rows, a.in, depth, buffers.of(worker), bufferLd);
    // Most likely this thread's next block, or none: all take tasks in turn, and tasks are of one size.
    const int64_t next = block + threadCount();
    Ahead ahead(blocks.begin(next), blocks.end(next));
    ahead.of(as<X>(a.x), a.in);
    ahead.of(residual, a.out);
    multiplyBlock<E>(x, static_cast<int>(rows), w, static_cast<int>(a.out), static_cast<int>(depth / E::KU),
                     partials.of(worker), ahead, Ready{}, [&](const float* tile, size_t tileLd, int row, int column, int height, int width) {
      const size_t first = static_cast<size_t>(row0 + row) * ld + static_cast<size_t>(column);
      const auto value = [&](const float* from, size_t at, int64_t j, auto lanes, vf* slope) {
        vf v = load(from);
        if (bias) v = add(v, load(bias + column + j, lanes));
        v = activate<activation, E::fast, withSlope>(v, slope);
        if (residual) v = add(v, load(residual + at, lanes));
        return v;
      };
      static_assert(E::NR == 2 * W, "a row of a tile is two vectors");
      for (int i = 0; i < height; i++) {
        const float* from = tile + static_cast<size_t>(i) * tileLd;
        const size_t at = first + static_cast<size_t>(i) * ld;
        vf slope0, slope1;
        if (width == E::NR) {
          const vf y0 = value(from, at, 0, Full{}, &slope0), y1 = value(from + W, at + W, W, Full{}, &slope1);
          storeTwo(y + at, y0, y1, past);
          if constexpr (withSlope) storeTwo(slopes + at, slope0, slope1, past);
          continue;
        }
        forLanes(width, [&](int64_t j, auto lanes) {
          store(y + at + j, value(from + j, at + static_cast<size_t>(j), j, lanes, &slope0), lanes);
          if constexpr (withSlope) store(slopes + at + j, slope0, lanes);
        });
      }
    });
    if (past) finishStoringPast();
  });
}

template <class E, class X, class Y> static void linearForwardTyped(const LinearForward& a) {
  switch (a.activation) {
    case Activation::none: return linearForwardAs<E, X, Y, Activation::none, false>(a);
    case Activation::geluTanh:
      if (a.slope) return linearForwardAs<E, X, Y, Activation::geluTanh, true>(a);
      return linearForwardAs<E, X, Y, Activation::geluTanh, false>(a);
    case Activation::gelu:
      if (a.slope) return linearForwardAs<E, X, Y, Activation::gelu, true>(a);
      return linearForwardAs<E, X, Y, Activation::gelu, false>(a);
  }
}

template <class E> static void linearForward(const LinearForward& a) {
  if constexpr (E::KU == 1) {
    linearForwardTyped<E, float, float>(a);
  } else {
    const bool x = a.x.type == Type::bf16, y = a.y.type == Type::bf16;
    if (x && y) linearForwardTyped<E, bf16, bf16>(a);
    else if (x) linearForwardTyped<E, bf16, float>(a);
    else if (y) linearForwardTyped<E, float, bf16>(a);
    else linearForwardTyped<E, float, float>(a);
  }
}

/** Tokens whose packed rows are held at a time for dw; more where there are more threads than blocks of rows. */
static SLUICE_INLINE int64_t chunkRows() { return int64_t{1024} * larger(1, threadCount() / 8); }

/** total[j] += the sums of all blocks, in their order. */
static void addBlocks(const float* sums, int blocks, int64_t columns, float* total, bool onto) {
  forLanes(columns, [&](int64_t j, auto lanes) {
    vf sum = onto ? load(total + j, lanes) : zero();
    for (int block = 0; block < blocks; block++) sum = add(sum, load(sums + block * columns + j, lanes));
    store(total + j, sum, lanes);
  });
}

/**
 * c[rows, columns] (+)= aT b over `depth` elements, both operands packed: cut into tasks by tiles of the output, whose sums
 * run over k in one order whatever the cut.
 */
template <class E>
static void multiplyPacked(Left<E> a, int64_t rows, Right<E> b, int64_t columns, int64_t depth, float* c, bool accumulate) {
  const int64_t tiles = divideUp(rows, int64_t{E::MR}), panels = divideUp(columns, int64_t{E::NR});
  // A task's rows of A are read once for all its columns of B: in blocks of k they and its sums fit in the second-level cache.
  const int64_t tilesPerTask = smaller(tiles, divideUp(int64_t{384}, int64_t{E::MR}));
  const int64_t down = divideUp(tiles, tilesPerTask);
  // Two tasks a thread at least, and 512 columns or so.
  const int64_t wanted = larger(divideUp(int64_t{threadCount() * 2}, down), divideUp(panels, int64_t{512 / E::NR}));
  const int64_t across = smaller(panels, wanted);
  parallelFor(down * across, [&](int64_t task, int) {
    const int64_t tile0 = task / across * tilesPerTask, tile1 = smaller(tiles, tile0 + tilesPerTask);
    const int64_t panel0 = panels * (task % across) / across, panel1 = panels * (task % across + 1) / across;
    const int64_t row = tile0 * E::MR, column = panel0 * E::NR;
    multiplyInto<E>(from<E>(a, tile0, 0), static_cast<int>(smaller(rows, tile1 * E::MR) - row), from<E>(b, panel0, 0),
                    static_cast<int>(smaller(columns, panel1 * E::NR) - column), static_cast<int>(depth / E::KU),
                    c + row * columns + column, static_cast<size_t>(columns), accumulate);
  });
}

template <class E, class DY, class X> static void linearBackwardAs(const LinearBackward& a) {
  using T = typename E::T;
  Workspace workspace;
  const int64_t outDepth = roundUp(a.out, int64_t{E::KP});
  const size_t dyLd = scratchLd<T>(outDepth), out = static_cast<size_t>(a.out), in = static_cast<size_t>(a.in);
  const int64_t chunks = larger(divideUp(a.rows, chunkRows()), int64_t{1});
  const int64_t chunk = roundUp(divideUp(a.rows, chunks), int64_t{96});
  const int64_t depth = roundUp(chunk, int64_t{E::KP});
  const int64_t most = RowBlocks::most(chunk, E::MR, E::backwardRows);
  const auto dyBuffers = workspace.perWorker<T>(static_cast<size_t>(most) * dyLd);
  const auto partials = workspace.perWorker<float>(partialSize<E>(most, a.in));
  T* xPacked = workspace.shared<T>(leftPackedSize<E>(a.in, depth));
  T* dyPacked = workspace.shared<T>(rightSize<E>(a.out, depth));
  const Left<E> xLayout = leftPacked<E>(xPacked, depth);
  const size_t dyPitch = panelPitch<E>(depth);
  float* sums = workspace.shared<float>(static_cast<size_t>(divideUp(chunk, int64_t{E::backwardRows}) + 4) * out);
  Right<E> wT{};
  if (a.dx) wT = packRightTransposed<E>(workspace, as<float>(a.w), out, a.out, a.in);

  for (int64_t start = 0; start < a.rows; start += chunk) {
    const int64_t count = smaller(chunk, a.rows - start), used = roundUp(count, int64_t{E::KP});
    const RowBlocks blocks(count, E::MR, E::backwardRows);
    parallelFor(blocks.count, [&](int64_t block, int worker) {
      const int64_t at = blocks.begin(block), rows = blocks.end(block) - at, row0 = start + at;
      const int64_t padded = block + 1 < blocks.count ? rows : used - at;
      T* buffer = dyBuffers.of(worker);
      Left<E> dz;
      if (a.slope) {
        packRows(Product<DY, T>{{as<DY>(a.dy), out}, {as<T>(a.slope), out}}, row0, rows, a.out, outDepth, buffer, dyLd);
        dz = leftRows<E>(buffer, dyLd);
      } else {
        dz = rowsFor<E>(as<DY>(a.dy), out, row0, rows, a.out, outDepth, buffer, dyLd);
      }
      const Matrix<T> dzRows{dz.data, dz.row};
      float* own = a.dbias ? sums + static_cast<size_t>(block) * out : nullptr;
      if (own) std::memset(own, 0, out * sizeof(float));
      packPanels<E>(dzRows, 0, rows, padded, a.out, at, dyPitch, dyPacked, own);
      packTransposed<E>(Matrix<X>{as<X>(a.x), in}, row0, rows, padded, a.in, at, xLayout, xPacked);
      if (!a.dx) return;
      const bool past = writesPast(to<T>(a.dx), a.rows, a.in);
      const int64_t next = block + threadCount();
      Ahead ahead(start + blocks.begin(next), start + blocks.end(next));
      ahead.of(as<DY>(a.dy), a.out);
      ahead.of(as<X>(a.x), a.in);
      ahead.of(as<T>(a.slope), a.out);
      multiplyBlock<E>(dz, static_cast<int>(rows), wT, static_cast<int>(a.in), static_cast<int>(outDepth / E::KU),
                       partials.of(worker), ahead, Ready{}, [&](const float* tile, size_t ld, int row, int column, int height, int width) {
        T* dx = to<T>(a.dx) + static_cast<size_t>(row0 + row) * in + static_cast<size_t>(column);
        for (int i = 0; i < height; i++) {
          const float* from = tile + static_cast<size_t>(i) * ld;
          storeRow(dx + static_cast<size_t>(i) * in, width, past, [&](int64_t j, auto) { return load(from + j); });
        }
      });
      if (past) finishStoringPast();
    });
    if (a.dbias) addBlocks(sums, blocks.count, a.out, to<float>(a.dbias), start > 0);
    multiplyPacked<E>(xLayout, a.in, Right<E>{dyPacked, dyPitch}, a.out, used, to<float>(a.dw), start > 0);
  }
}

template <class E> static void linearBackward(const LinearBackward& a) {
  if constexpr (E::KU == 1) {
    linearBackwardAs<E, float, float>(a);
  } else {
    const bool dy = a.dy.type == Type::bf16, x = a.x.type == Type::bf16;
    if (dy && x) linearBackwardAs<E, bf16, bf16>(a);
    else if (dy) linearBackwardAs<E, bf16, float>(a);
    else if (x) linearBackwardAs<E, float, bf16>(a);
    else linearBackwardAs<E, float, float>(a);
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
