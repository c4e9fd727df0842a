// Cross-entropy of softmax(hidden tableT), with the gradients of both in the same pass.
//
// The logits exist for one block of rows a thread, less the target's logit, which is computed first: that keeps bfloat16 logits
// exact where it matters (near the target) and makes the loss of a row log(sum(exp(logits))). The largest of a row is found
// while the tiles are written. Probabilities stay unnormalised, e = exp(logit - largest): their factor weight / sum(e) is
// applied to the rows of the product for dhidden, and to the rows of hidden, packed, for dtable. The target's own -weight is
// added to both in float.

namespace sluice {
namespace SLUICE_ISA {

/** A vector as the multiplier sees it. */
template <class E> static SLUICE_INLINE vf asMultiplied(vf v) {
  if constexpr (E::KU == 1) {
    return v;
  } else {
    alignas(64) typename E::T rounded[W];
    store(rounded, v);
    return load(rounded);
  }
}

/** x . y over n elements, in one order. */
template <class E> static float dotMultiplied(const typename E::T* x, const float* y, int64_t n) {
  vf total = zero();
  forLanes(n, [&](int64_t j, auto lanes) { total = fma(load(x + j, lanes), asMultiplied<E>(load(y + j, lanes)), total); });
  return sum(total);
}

template <class E, class H> static void crossEntropyAs(const CrossEntropy& a) {
  using T = typename E::T;
  const bool gradients = static_cast<bool>(a.dhidden);
  const int64_t width = a.width, vocab = a.vocab;
  const float* table = as<float>(a.table);
  double weightSum = 0;
  for (int64_t i = 0; i < a.rows; i++) weightSum += a.weights ? a.weights[i] : 1.f;
  const double share = weightSum == 0 ? 0 : 1 / weightSum;
  const auto weightOf = [&](int64_t row) { return static_cast<float>((a.weights ? a.weights[row] : 1.f) * share); };

  const int64_t widthDepth = roundUp(width, int64_t{E::KP}), vocabDepth = roundUp(vocab, int64_t{E::KP});
  constexpr int64_t logitBytes = int64_t{64} << 20;
  const int64_t limit = larger<int64_t>(192, smaller<int64_t>(chunkRows(), logitBytes / (vocab * static_cast<int64_t>(sizeof(T)))));
  const int64_t chunks = larger(divideUp(a.rows, limit), int64_t{1});
  const int64_t chunk = roundUp(divideUp(a.rows, chunks), int64_t{96});
  const int64_t depth = roundUp(chunk, int64_t{E::KP});
  const int64_t most = RowBlocks::most(chunk, E::MR, E::backwardRows);

  Workspace workspace;
  const size_t hiddenLd = scratchLd<T>(widthDepth), logitLd = scratchLd<T>(vocabDepth);
  const auto hiddenBuffers = workspace.perWorker<T>(static_cast<size_t>(most) * hiddenLd);
  const auto logitBuffers = workspace.perWorker<T>(static_cast<size_t>(most) * logitLd);
  const auto partials = workspace.perWorker<float>(larger(partialSize<E>(most, vocab), partialSize<E>(most, width)));
  const auto highs = workspace.perWorker<float>(static_cast<size_t>(most * W));
  const auto rowValues = workspace.perWorker<float>(static_cast<size_t>(2 * most));
  double* losses = workspace.shared<double>(static_cast<size_t>(a.rows));
  const Right<E> tableT = packRightTransposed<E>(workspace, table, static_cast<size_t>(width), width, vocab);
  Right<E> tableN{};
  T *ePacked = nullptr, *hPacked = nullptr;
  if (gradients) {
    tableN = packRight<E>(workspace, table, static_cast<size_t>(width), vocab, width);
    ePacked = workspace.shared<T>(leftPackedSize<E>(vocab, depth));
    hPacked = workspace.shared<T>(rightSize<E>(width, depth));
  }

  const Left<E> eLayout = leftPacked<E>(ePacked, depth);
  const size_t hPitch = panelPitch<E>(depth);

  for (int64_t start = 0; start < a.rows; start += chunk) {
    const int64_t count = smaller(chunk, a.rows - start), used = roundUp(count, int64_t{E::KP});
    const RowBlocks blocks(count, E::MR, E::backwardRows);
    parallelFor(blocks.count, [&](int64_t block, int worker) {
      const int64_t at = blocks.begin(block), rows = blocks.end(block) - at, row0 = start + at;
      const Left<E> hidden = rowsFor<E>(as<H>(a.hidden), static_cast<size_t>(width), row0, rows, width, widthDepth,
                                        hiddenBuffers.of(worker), hiddenLd);
      T* logits = logitBuffers.of(worker);
      float* high = highs.of(worker);
      float* own = rowValues.of(worker);
      float* factors = own + most;
      for (int64_t i = 0; i < rows; i++) {
        own[i] = dotMultiplied<E>(hidden.data + static_cast<size_t>(i) * hidden.row, table + a.targets[row0 + i] * width, width);
        store(high + i * W, set1(-1e30f));
      }
      multiplyBlock<E>(hidden, static_cast<int>(rows), tableT, static_cast<int>(vocab), static_cast<int>(widthDepth / E::KU),
                       partials.of(worker), [&](const float* tile, size_t ld, int row, int column, int height, int columns) {
        for (int i = 0; i < height; i++) {
          T* out = logits + static_cast<size_t>(row + i) * logitLd + column;
          vf largest = load(high + (row + i) * W);
          const vf target = set1(own[row + i]);
          forLanes(columns, [&](int64_t j, auto lanes) {
            const vf v = sub(load(tile + static_cast<size_t>(i) * ld + j), target);
            largest = max(largest, orElse(v, lanes, set1(-1e30f)));
            store(out + j, v, lanes);
          });
          store(high + (row + i) * W, largest);
        }
      });
      for (int64_t i = 0; i < rows; i++) {
        T* row = logits + static_cast<size_t>(i) * logitLd;
        const float largest = maximum(load(high + i * W));
        const vf reference = set1(largest * log2e);
        vf total = zero();
        forLanes(vocab, [&](int64_t j, auto lanes) {
          const vf e = exp2<E::fast>(sub(mul(load(row + j, lanes), set1(log2e)), reference));
          total = add(total, orElse(e, lanes, zero()));
          if (gradients) store(row + j, e, lanes);
        });
        for (int64_t j = vocab; j < vocabDepth; j++) row[j] = T{};
        const float denominator = sum(total);
        const float weight = weightOf(row0 + i);
        if (a.losses) a.losses[row0 + i] = static_cast<float>(static_cast<double>(largest) + std::log(denominator));
        losses[row0 + i] = weight == 0 ? 0 : static_cast<double>(weight) * (static_cast<double>(largest) + std::log(denominator));
        factors[i] = weight / denominator;
      }
      if (!gradients) return;
      const int64_t padded = block + 1 < blocks.count ? rows : used - at;
      packTransposed<E>(Matrix<T>{logits, logitLd}, 0, rows, padded, vocab, at, eLayout, ePacked);
      packPanels<E>(ScaledRows<T>{{hidden.data, hidden.row}, factors}, 0, rows, padded, width, at, hPitch, hPacked);
      multiplyBlock<E>(leftRows<E>(logits, logitLd), static_cast<int>(rows), tableN, static_cast<int>(width),
                       static_cast<int>(vocabDepth / E::KU), partials.of(worker),
                       [&](const float* tile, size_t ld, int row, int column, int height, int columns) {
        for (int i = 0; i < height; i++) {
          const int64_t r = row0 + row + i;
          const vf factor = set1(factors[row + i]), weight = set1(weightOf(r));
          const float* target = table + a.targets[r] * width + column;
          forLanes(columns, [&](int64_t j, auto lanes) {
            const vf v = mul(load(tile + static_cast<size_t>(i) * ld + j), factor);
            store(to<T>(a.dhidden) + r * width + column + j, fnma(weight, load(target + j, lanes), v), lanes);
          });
        }
      });
    });
    if (gradients) multiplyPacked<E>(eLayout, vocab, Right<E>{hPacked, hPitch}, width, used, to<float>(a.dtable), start > 0);
  }

  double total = 0;
  for (int64_t i = 0; i < a.rows; i++) total += losses[i];
  *a.loss = total;
  if (!gradients) return;
  // The targets' part of dtable: every task owns a range of the table and meets the rows in their order.
  const int64_t ranges = smaller<int64_t>(vocab, 4 * threadCount());
  parallelFor(ranges, [&](int64_t range, int) {
    const int64_t from = vocab * range / ranges, until = vocab * (range + 1) / ranges;
    for (int64_t i = 0; i < a.rows; i++) {
      const int64_t target = a.targets[i];
      if (target < from || target >= until) continue;
      const vf weight = set1(weightOf(i));
      float* out = to<float>(a.dtable) + target * width;
      const H* h = as<H>(a.hidden) + i * width;
      forLanes(width, [&](int64_t j, auto lanes) { store(out + j, fnma(weight, load(h + j, lanes), load(out + j, lanes)), lanes); });
    }
  });
}

template <class E> static void crossEntropy(const CrossEntropy& a) {
  if constexpr (E::KU == 1) {
    crossEntropyAs<E, float>(a);
  } else {
    if (a.hidden.type == Type::bf16) crossEntropyAs<E, bf16>(a);
    else crossEntropyAs<E, float>(a);
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
