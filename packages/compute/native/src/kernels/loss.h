// Cross-entropy of softmax(hidden tableT), with the gradients of both in the same pass.
//
// The logits exist for a chunk of rows, less the target's logit, which is computed first: that keeps bfloat16 logits exact where
// it matters (near the target) and makes the loss of a row log(sum(exp(logits))). Each step over a chunk is cut so that what is
// used again stays in the second-level cache and the table, which does not fit, is read as few times as can be:
//
//   1. logits, by slices of the vocabulary for many rows, with the largest of each row;
//   2. by many rows, and within them by as much of the vocabulary as a block of k: probabilities, in place and turned for dtable,
//      and at once their part of dhidden. They stay unnormalised, e = exp(logit - largest): a row's factor weight / sum(e) is
//      applied to the product;
//   3. dtable, by slices: the factor is in the packed rows of hidden.
//
// The target's own -weight is added to both in float.

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
  // A thousand rows of GPT-2's vocabulary as bfloat16: with every chunk the whole of dtable is read and written once more.
  constexpr int64_t logitBytes = int64_t{112} << 20;
  const int64_t limit = larger<int64_t>(192, smaller<int64_t>(2 * chunkRows(), logitBytes / (vocab * static_cast<int64_t>(sizeof(T)))));
  const int64_t chunks = larger(divideUp(a.rows, limit), int64_t{1});
  const int64_t chunk = roundUp(divideUp(a.rows, chunks), int64_t{96});
  const int64_t depth = roundUp(chunk, int64_t{E::KP});
  const int64_t many = RowBlocks::most(chunk, E::MR, E::forwardRows), some = RowBlocks::most(chunk, E::MR, E::backwardRows);
  // Columns of a slice: its panels of the table and a block of rows fit in the second-level cache together.
  constexpr int64_t slice = 8 * E::NR;
  const int64_t slices = divideUp(vocab, slice);

  Workspace workspace;
  const size_t hiddenLd = scratchLd<T>(widthDepth);
  // Rows that cannot be multiplied where they lie are copied, once for all slices.
  const bool inPlace = usedInPlace<E, H>(static_cast<size_t>(width), width, widthDepth);
  T* hiddenBuffer = inPlace ? nullptr : workspace.shared<T>(static_cast<size_t>(chunk) * hiddenLd);
  const Left<E> logits = leftStored<E>(workspace.shared<T>(leftStoredSize<E>(chunk, vocabDepth)), vocabDepth);
  const auto partials = workspace.perWorker<float>(larger(partialSize<E>(many, slice), partialSize<E>(some, width)));
  const auto highs = workspace.perWorker<float>(static_cast<size_t>(chunk * W));
  const auto totals = workspace.perWorker<float>(static_cast<size_t>(some * W));
  const auto references = workspace.perWorker<float>(static_cast<size_t>(some));
  float* targetLogits = workspace.shared<float>(static_cast<size_t>(chunk));
  float* factors = workspace.shared<float>(static_cast<size_t>(chunk));
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
  const bool past = writesPast(logits.data, chunk, vocabDepth);
  const size_t hPitch = panelPitch<E>(depth);

  for (int64_t start = 0; start < a.rows; start += chunk) {
    const int64_t count = smaller(chunk, a.rows - start), used = roundUp(count, int64_t{E::KP});
    const RowBlocks largeBlocks(count, E::MR, E::forwardRows), blocks(count, E::MR, E::backwardRows), smallBlocks(count, E::MR, E::MR);
    const Left<E> hidden = inPlace ? leftRows<E>(as<T>(a.hidden) + start * width, static_cast<size_t>(width))
                                   : leftRows<E>(hiddenBuffer, hiddenLd);
    parallelFor(smallBlocks.count, [&](int64_t block, int) {
      const int64_t row0 = smallBlocks.begin(block), rows = smallBlocks.end(block) - row0;
      if (!inPlace) {
        packRows(Matrix<H>{as<H>(a.hidden), static_cast<size_t>(width)}, start + row0, rows, width, widthDepth,
                 hiddenBuffer + static_cast<size_t>(row0) * hiddenLd, hiddenLd);
      }
      for (int64_t i = 0; i < rows; i++) {
        const float* target = table + a.targets[start + row0 + i] * width;
        targetLogits[row0 + i] = dotMultiplied<E>(storedAt<E>(hidden, row0 + i, 0), target, width);
        for (int worker = 0; worker < threadCount(); worker++) store(highs.of(worker) + (row0 + i) * W, set1(-1e30f));
      }
    });

    parallelFor(slices * largeBlocks.count, [&](int64_t task, int worker) {
      const int64_t first = task / largeBlocks.count * slice, block = task % largeBlocks.count;
      const int64_t row0 = largeBlocks.begin(block), rows = largeBlocks.end(block) - row0;
      float* high = highs.of(worker);
      Ahead nothing;
      multiplyBlock<E>(from<E>(hidden, row0 / E::MR, 0), static_cast<int>(rows), from<E>(tableT, first / E::NR, 0),
                       static_cast<int>(smaller(slice, vocab - first)), static_cast<int>(widthDepth / E::KU), partials.of(worker), nothing, Ready{},
                       [&](const float* tile, size_t ld, int row, int column, int height, int columns) {
        for (int i = 0; i < height; i++) {
          const int64_t at = row0 + row + i;
          T* out = storedAt<E>(logits, at, first + column);
          vf largest = load(high + at * W);
          const vf target = set1(targetLogits[at]);
          storeRow(out, columns, past, [&](int64_t j, auto lanes) {
            const vf v = sub(load(tile + static_cast<size_t>(i) * ld + j), target);
            largest = max(largest, orElse(v, lanes, set1(-1e30f)));
            return v;
          });
          store(high + at * W, largest);
        }
      });
      if (past) finishStoringPast();
    });

    parallelFor(blocks.count, [&](int64_t block, int worker) {
      const int64_t row0 = blocks.begin(block), rows = blocks.end(block) - row0;
      const int64_t padded = block + 1 < blocks.count ? rows : used - row0;
      float *total = totals.of(worker), *reference = references.of(worker);
      for (int64_t i = 0; i < rows; i++) {
        vf high = load(highs.of(0) + (row0 + i) * W);
        for (int other = 1; other < threadCount(); other++) high = max(high, load(highs.of(other) + (row0 + i) * W));
        reference[i] = maximum(high);
        store(total + i * W, zero());
      }
      int64_t done = 0;
      Ahead ahead;
      // Whole tiles of dtable and whole vectors, so perhaps a few columns more than are asked for.
      constexpr int64_t whole = std::lcm(E::MR, W);
      const auto exponentials = [&](int group, int groups, int64_t shares) {
        const int64_t until = smaller(vocabDepth, roundUp(static_cast<int64_t>(group + groups) * E::KU, whole));
        for (int64_t tile = 0; tile < rows; tile += E::MR) {
          const int64_t count = smaller(int64_t{E::MR}, rows - tile);
          // As wide as a row of the logits lies in one piece.
          const int64_t strip = storedColumns<E>(until - done);
          for (int64_t column = done; column < until; column += strip) {
            const int64_t end = smaller(strip, until - column), columns = larger(int64_t{0}, smaller(end, vocab - column));
            for (int64_t i = tile; i < tile + count; i++) {
              T* row = storedAt<E>(logits, row0 + i, column);
              const vf largest = set1(reference[i] * log2e);
              vf sum = load(total + i * W);
              forLanes(columns, [&](int64_t j, auto lanes) {
                const vf e = exp2<E::fast>(sub(mul(load(row + j, lanes), set1(log2e)), largest));
                sum = add(sum, orElse(e, lanes, zero()));
                if (gradients) store(row + j, e, lanes);
              });
              for (int64_t j = columns; j < end; j++) row[j] = T{};
              store(total + i * W, sum);
            }
            if (gradients && columns > 0) {
              packTransposed<E>(Matrix<T>{storedAt<E>(logits, row0 + tile, column), logits.row}, 0, count,
                                tile + E::MR < rows ? count : padded - tile, columns, row0 + tile, eLayout,
                                ePacked + static_cast<size_t>(column / E::MR) * eLayout.tile, past);
            }
          }
        }
        done = until;
        if (done < vocabDepth) {
          if constexpr (E::tiledLeft) {
            // The next block's logits come from memory while this one's probabilities are multiplied.
            const int64_t next = smaller(static_cast<int64_t>(groups) * E::KU, vocabDepth - done), tile = row0 / E::MR;
            ahead = Ahead(tile, tile + divideUp(rows, int64_t{E::MR}));
            ahead.of(storedAt<E>(logits, 0, done), logits.tile, next * E::MR);
            ahead.share(shares);
          }
          return;
        }
        for (int64_t i = 0; i < rows; i++) {
          const int64_t row = start + row0 + i;
          const float denominator = sum(load(total + i * W)), weight = weightOf(row);
          const double loss = static_cast<double>(reference[i]) + std::log(denominator);
          if (a.losses) a.losses[row] = static_cast<float>(loss);
          losses[row] = weight == 0 ? 0 : static_cast<double>(weight) * loss;
          factors[row0 + i] = weight / denominator;
        }
      };
      const int groups = static_cast<int>(vocabDepth / E::KU);
      if (!gradients) {
        exponentials(0, groups, 0);
        return;
      }
      multiplyBlock<E>(from<E>(logits, row0 / E::MR, 0), static_cast<int>(rows), tableN, static_cast<int>(width), groups,
                       partials.of(worker), ahead, exponentials,
                       [&](const float* tile, size_t ld, int row, int column, int height, int columns) {
        for (int i = 0; i < height; i++) {
          const int64_t r = start + row0 + row + i;
          const vf factor = set1(factors[row0 + row + i]), weight = set1(weightOf(r));
          const float* target = table + a.targets[r] * width + column;
          forLanes(columns, [&](int64_t j, auto lanes) {
            const vf v = mul(load(tile + static_cast<size_t>(i) * ld + j), factor);
            store(to<T>(a.dhidden) + r * width + column + j, fnma(weight, load(target + j, lanes), v), lanes);
          });
        }
      });
      packPanels<E>(ScaledRows<T>{{storedAt<E>(hidden, row0, 0), hidden.row}, factors + row0}, 0, rows, padded, width, row0, hPitch, hPacked);
      if (past) finishStoringPast();
    });
    if (!gradients) continue;
    multiplyPacked<E>(eLayout, vocab, Right<E>{hPacked, hPitch}, width, used, to<float>(a.dtable), start > 0);
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
