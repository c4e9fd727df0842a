// Attention of several heads from the fused projection, forward and backward, without the T x T matrix in memory.
//
// q, k and v are read by strides from the rows of qkv. Forward: a task takes rows of queries of one head, 24 at a time: their
// scores against at most 512 keys stay in the first-level cache, the softmax is renormalised from one block of keys to the next
// (Dao et al. 2022), and blocks of keys that the mask hides are never computed.
//
// Backward: a task takes one head and computes transposed scores, keys down and queries across: what belongs to a query (the
// log of the denominator, dy . y) is then a vector load, and the transposed probabilities are the left operand of dv and dk as
// they are. dq is summed transposed, too, and turned at the end. Sums over queries and keys run in one order.

namespace sluice {
namespace SLUICE_ISA {

/** One head's q, k and v, of the sequence that begins at a row. */
template <class T> struct Head {
  const T *q, *k, *v;
  size_t ld;
  Head(const T* qkv, int64_t row, int64_t head, int64_t heads, int64_t dim) : ld(static_cast<size_t>(3 * heads * dim)) {
    q = qkv + static_cast<size_t>(row) * ld + static_cast<size_t>(head * dim);
    k = q + heads * dim;
    v = k + heads * dim;
  }
  /** Its rows are about to be read: a line or two from each of three places of each row, which no processor foresees. */
  SLUICE_INLINE void soon(Ahead& ahead, int64_t dim) const {
    ahead.of(q, ld, dim);
    ahead.of(k, ld, dim);
    ahead.of(v, ld, dim);
  }
};

/** One head of one sequence. */
struct HeadOfSequence {
  int64_t head;
  /** Its first row of batch * time, and its length. */
  int64_t row, length;
  /** Of its first position, among batch * heads * time. */
  int64_t place;
  /** Position of its first within the row of the batch. */
  int64_t first;
  template <class Args> HeadOfSequence(const Args& a, int64_t pair) : head(pair % a.heads) {
    const int64_t sequence = pair / a.heads;
    const int32_t* starts = a.sequences.starts;
    row = starts ? starts[sequence] : sequence * a.time;
    length = starts ? starts[sequence + 1] - row : a.time;
    first = row % a.time;
    place = (row / a.time * a.heads + head) * a.time + first;
  }
};

/** Panels of a right operand for a matrix whose rows run along n. */
template <class E, class T>
static void packPanelsTransposed(const T* data, size_t ld, int64_t rows, int64_t columns, int64_t depth, typename E::T* dst) {
  for (int64_t row = 0; row < rows; row += E::NR) {
    packPanelTransposed<E>(Matrix<T>{data, ld}, row, rows, columns, depth / E::KU, dst + row * depth);
  }
}

template <class E> struct AttentionSizes {
  int64_t dim, dimDepth, dimPanels, time, timeDepth;
  AttentionSizes(int64_t time_, int64_t dim_)
      : dim(dim_), dimDepth(roundUp(dim_, int64_t{E::KP})), dimPanels(roundUp(dim_, int64_t{E::NR})), time(time_),
        // Whole panels of queries or keys are whole groups of k, too.
        timeDepth(roundUp(roundUp(time_, int64_t{E::NR}), int64_t{E::KP})) {}
};

template <class E> static void attentionForward(const AttentionForward& a) {
  using T = typename E::T;
  constexpr int queryRows = larger(24 / E::MR, 1) * E::MR;
  constexpr int64_t keyBlock = 512;
  const AttentionSizes<E> largest(a.sequences.longest, a.dim);
  const int64_t pairs = a.sequences.count * a.heads, width = a.heads * a.dim;
  const int64_t parts = larger<int64_t>(1, smaller(divideUp<int64_t>(4 * threadCount(), pairs), a.sequences.longest / 128));
  const float scale = a.scale * log2e;
  const float kept = 1.f / (1.f - static_cast<float>(a.rate));
  const uint32_t threshold = keepThreshold(a.rate);
  const size_t scoreLd = pitchOf<float>(static_cast<size_t>(smaller(keyBlock, largest.timeDepth)));
  const bool past = writesPast(to<T>(a.y), a.batch * a.time, width) && a.dim * sizeof(T) % 64 == 0;
  Workspace workspace;
  const auto keyPanels = workspace.perWorker<T>(static_cast<size_t>(largest.timeDepth * largest.dimDepth));
  const auto valuePanels = workspace.perWorker<T>(rightSize<E>(a.dim, largest.timeDepth));
  const auto queryBuffers = workspace.perWorker<T>(static_cast<size_t>(queryRows * largest.dimDepth));
  const auto scoreBuffers = workspace.perWorker<float>(queryRows * scoreLd);
  const auto probabilityBuffers = workspace.perWorker<T>(queryRows * scoreLd);
  const auto sumBuffers = workspace.perWorker<float>(static_cast<size_t>(queryRows * largest.dimPanels));

  parallelFor(pairs * parts, [&](int64_t task, int worker) {
    const HeadOfSequence at(a, task / parts);
    const int64_t time = at.length;
    const int64_t first = time * (task % parts) / parts / queryRows * queryRows;
    const int64_t end = task % parts + 1 == parts ? time : time * (task % parts + 1) / parts / queryRows * queryRows;
    if (first == end) return;
    const int64_t visible = a.causal ? end : time;
    const AttentionSizes<E> size(time, a.dim);
    const size_t pitch = panelPitch<E>(size.timeDepth);
    const Head<T> in(as<T>(a.qkv), at.row, at.head, a.heads, a.dim);
    T* keys = keyPanels.of(worker);
    T* values = valuePanels.of(worker);
    float* scores = scoreBuffers.of(worker);
    T* probabilities = probabilityBuffers.of(worker);
    float* sums = sumBuffers.of(worker);
    packPanelsTransposed<E>(in.k, in.ld, visible, a.dim, size.dimDepth, keys);
    packPanels<E>(Matrix<T>{in.v, in.ld}, 0, visible, size.timeDepth, a.dim, 0, pitch, values);

    // Most likely this thread's next task.
    const int64_t next = task + threadCount();
    Ahead ahead;
    if (next < pairs * parts && next % parts == 0) {
      const HeadOfSequence other(a, next / parts);
      ahead = Ahead(0, other.length);
      Head<T>(as<T>(a.qkv), other.row, other.head, a.heads, a.dim).soon(ahead, a.dim);
    }
    ahead.share(divideUp(end - first, int64_t{queryRows}));
    for (int64_t query = first; query < end; query += queryRows) {
      ahead.step();
      const int rows = static_cast<int>(smaller<int64_t>(queryRows, end - query));
      const Left<E> q = rowsFor<E>(in.q, in.ld, query, rows, a.dim, size.dimDepth, queryBuffers.of(worker),
                                   static_cast<size_t>(size.dimDepth));
      float most[queryRows], total[queryRows];
      for (int i = 0; i < rows; i++) most[i] = -1e30f, total[i] = 0.f;
      const int64_t limit = a.causal ? query + rows : time;
      for (int64_t key = 0; key < limit; key += keyBlock) {
        const int64_t count = smaller(keyBlock, limit - key);
        const int panels = static_cast<int>(divideUp(count, int64_t{E::NR}));
        for (int j = 0; j < panels; j++) {
          const T* panel = keys + (key + j * E::NR) * size.dimDepth;
          for (int i = 0; i < rows; i += E::MR) {
            E::multiply(q.data + static_cast<size_t>(i / E::MR) * q.tile, q.row, q.group, panel,
                        static_cast<int>(size.dimDepth / E::KU), scores + i * scoreLd + j * E::NR, scoreLd, false,
                        smaller(E::MR, rows - i));
          }
        }
        for (int i = 0; i < rows; i++) {
          float* row = scores + i * scoreLd;
          T* out = probabilities + i * scoreLd;
          const int64_t seen = a.causal ? larger<int64_t>(0, smaller(count, query + i + 1 - key)) : count;
          vf high = set1(-1e30f);
          forLanes(seen, [&](int64_t j, auto lanes) { high = max(high, orElse(load(row + j, lanes), lanes, set1(-1e30f))); });
          const float before = most[i];
          most[i] = larger(before, maximum(high) * scale);
          const vf reference = set1(most[i]);
          vf sum0 = zero();
          forLanes(seen, [&](int64_t j, auto lanes) {
            const vf p = orElse(exp2<E::fast>(sub(mul(load(row + j, lanes), set1(scale)), reference)), lanes, zero());
            sum0 = add(sum0, p);
            if (a.rate > 0) store(row + j, p, lanes);
            else store(out + j, p, lanes);
          });
          if (a.rate > 0) {
            const uint64_t index = static_cast<uint64_t>((at.place + query + i) * a.time + at.first + key);
            for (int64_t j0 = 0; j0 < seen; j0 += 64) {
              const uint64_t bits = keepBits(a.random, index + static_cast<uint64_t>(j0), threshold);
              forLanes(smaller<int64_t>(64, seen - j0), [&](int64_t j, auto lanes) {
                const vf p = mul(load(row + j0 + j, lanes), set1(kept));
                store(out + j0 + j, keepBitsOf(static_cast<uint32_t>(bits >> j), p), lanes);
              });
            }
          }
          for (int64_t j = seen; j < panels * E::NR; j++) out[j] = T{};
          if (key == 0) {
            total[i] = sum(sum0);
            continue;
          }
          const float shrink = std::exp2(before - most[i]);
          total[i] = total[i] * shrink + sum(sum0);
          if (shrink != 1.f) {
            float* summed = sums + i * size.dimPanels;
            for (int64_t j = 0; j < size.dimPanels; j += W) store(summed + j, mul(load(summed + j), set1(shrink)));
          }
        }
        for (int64_t j = 0; j < a.dim; j += E::NR) {
          const T* panel = values + static_cast<size_t>(j / E::NR) * pitch + key * E::NR;
          for (int i = 0; i < rows; i += E::MR) {
            E::multiply(probabilities + i * scoreLd, scoreLd, E::KU, panel, static_cast<int>(panels * (E::NR / E::KU)),
                        sums + i * size.dimPanels + j, static_cast<size_t>(size.dimPanels), key > 0, smaller(E::MR, rows - i));
          }
        }
      }
      for (int i = 0; i < rows; i++) {
        const float inverse = 1.f / total[i];
        T* y = to<T>(a.y) + (at.row + query + i) * width + at.head * a.dim;
        const float* sum = sums + i * size.dimPanels;
        storeRow(y, a.dim, past, [&](int64_t j, auto) { return mul(load(sum + j), set1(inverse)); });
        if (a.lse) a.lse[at.place + query + i] = most[i] / log2e + std::log(total[i]);
      }
    }
    if (past) finishStoringPast();
  });
}

template <class E> static void attentionBackward(const AttentionBackward& a) {
  using T = typename E::T;
  constexpr int keyRows = roundUp(48, E::MR);
  static_assert(keyRows <= 64, "a row of dropout bits is one 64-bit word");
  constexpr int64_t queryBlock = 512;
  const AttentionSizes<E> largest(a.sequences.longest, a.dim);
  const int64_t pairs = a.sequences.count * a.heads, width = a.heads * a.dim;
  const size_t outLd = static_cast<size_t>(3 * width);
  const float scale = a.scale * log2e;
  const float kept = 1.f / (1.f - static_cast<float>(a.rate));
  const uint32_t threshold = keepThreshold(a.rate);
  const size_t blockLd = pitchOf<float>(static_cast<size_t>(smaller(queryBlock, largest.timeDepth)));
  const bool past = writesPast(to<T>(a.dqkv), a.batch * a.time, 3 * width) && a.dim * sizeof(T) % 64 == 0;
  const int64_t keyDepth = roundUp(int64_t{keyRows}, int64_t{E::KP});
  const int64_t mostKeys = roundUp(roundUp(a.sequences.longest, int64_t{keyRows}), int64_t{E::KP});
  Workspace workspace;
  const size_t rowPanels = static_cast<size_t>(largest.timeDepth * largest.dimDepth);
  const size_t columnPanels = rightSize<E>(a.dim, largest.timeDepth);
  const auto queriesT = workspace.perWorker<T>(rowPanels);
  const auto gradsT = workspace.perWorker<T>(rowPanels);
  const auto queries = workspace.perWorker<T>(columnPanels);
  const auto grads = workspace.perWorker<T>(columnPanels);
  const auto keysT = workspace.perWorker<T>(leftPackedSize<E>(a.dim, mostKeys));
  const auto rowBuffers = workspace.perWorker<T>(static_cast<size_t>(2 * keyRows * largest.dimDepth));
  const auto denominators = workspace.perWorker<float>(static_cast<size_t>(largest.timeDepth));
  const auto alongs = workspace.perWorker<float>(static_cast<size_t>(largest.timeDepth));
  const auto scoreBuffers = workspace.perWorker<float>(keyRows * blockLd);
  const auto slopeBuffers = workspace.perWorker<float>(keyRows * blockLd);
  const auto probabilityBuffers = workspace.perWorker<T>(keyRows * blockLd);
  const auto deltaBuffers = workspace.perWorker<T>(keyRows * blockLd);
  const auto deltaPanels = workspace.perWorker<T>(static_cast<size_t>(keyDepth * queryBlock));
  const auto dkvBuffers = workspace.perWorker<float>(static_cast<size_t>(2 * keyRows * largest.dimPanels));
  const auto dqBuffers = workspace.perWorker<float>(static_cast<size_t>(roundUp(a.dim, int64_t{16}) + E::MR) *
                                                    static_cast<size_t>(largest.timeDepth + 16));
  const auto dqRows = workspace.perWorker<float>(static_cast<size_t>(16 * roundUp(a.dim, int64_t{16})));
  const auto bitBuffers = workspace.perWorker<uint64_t>(static_cast<size_t>(a.rate > 0 ? queryBlock + W : 1));

  parallelFor(pairs, [&](int64_t pair, int worker) {
    const HeadOfSequence at(a, pair);
    const int64_t time = at.length;
    const AttentionSizes<E> size(time, a.dim);
    const size_t pitch = panelPitch<E>(size.timeDepth);
    const int64_t allKeys = roundUp(roundUp(time, int64_t{keyRows}), int64_t{E::KP});
    const Head<T> in(as<T>(a.qkv), at.row, at.head, a.heads, a.dim);
    const T* dy = as<T>(a.dy) + at.row * width + at.head * a.dim;
    const T* y = as<T>(a.y) + at.row * width + at.head * a.dim;
    T* out = to<T>(a.dqkv) + static_cast<size_t>(at.row) * outLd + static_cast<size_t>(at.head * a.dim);
    const size_t ld = static_cast<size_t>(width);
    packPanelsTransposed<E>(in.q, in.ld, time, a.dim, size.dimDepth, queriesT.of(worker));
    packPanelsTransposed<E>(dy, ld, time, a.dim, size.dimDepth, gradsT.of(worker));
    packPanels<E>(Matrix<T>{in.q, in.ld}, 0, time, size.timeDepth, a.dim, 0, pitch, queries.of(worker));
    packPanels<E>(Matrix<T>{dy, ld}, 0, time, size.timeDepth, a.dim, 0, pitch, grads.of(worker));
    const Left<E> kT = leftPacked<E>(keysT.of(worker), allKeys);
    packTransposed<E>(Matrix<T>{in.k, in.ld}, 0, time, allKeys, a.dim, 0, kT, keysT.of(worker));
    float* lse = denominators.of(worker);
    float* along = alongs.of(worker);
    for (int64_t i = 0; i < size.timeDepth; i++) {
      // A query that does not exist has probability 0 everywhere.
      lse[i] = i < time ? a.lse[at.place + i] * log2e : 1e30f;
      vf product = zero();
      if (i < time) {
        const size_t from = static_cast<size_t>(i) * ld;
        forLanes(a.dim, [&](int64_t j, auto lanes) {
          product = fma(load(dy + from + j, lanes), load(y + from + j, lanes), product);
        });
      }
      along[i] = sum(product);
    }
    float* scores = scoreBuffers.of(worker);
    float* slopes = slopeBuffers.of(worker);
    T* probabilities = probabilityBuffers.of(worker);
    T* deltas = deltaBuffers.of(worker);
    float* dv = dkvBuffers.of(worker);
    float* dk = dv + keyRows * size.dimPanels;
    float* dqT = dqBuffers.of(worker);
    const size_t dqLd = static_cast<size_t>(size.timeDepth) + 16;
    uint64_t* keep = bitBuffers.of(worker);
    const int groups = static_cast<int>(size.dimDepth / E::KU);

    const int64_t next = pair + threadCount();
    Ahead ahead;
    if (next < pairs) {
      const HeadOfSequence other(a, next);
      ahead = Ahead(0, other.length);
      Head<T>(as<T>(a.qkv), other.row, other.head, a.heads, a.dim).soon(ahead, a.dim);
      const int64_t from = other.row * width + other.head * a.dim;
      ahead.of(as<T>(a.dy) + from, ld, a.dim);
      ahead.of(as<T>(a.y) + from, ld, a.dim);
    }
    ahead.share(time);
    for (int64_t key = 0; key < time; key += keyRows) {
      const int rows = static_cast<int>(smaller<int64_t>(keyRows, time - key));
      T* buffer = rowBuffers.of(worker);
      const size_t bufferLd = static_cast<size_t>(size.dimDepth);
      const Left<E> k = rowsFor<E>(in.k, in.ld, key, rows, a.dim, size.dimDepth, buffer, bufferLd);
      const Left<E> v = rowsFor<E>(in.v, in.ld, key, rows, a.dim, size.dimDepth, buffer + keyRows * size.dimDepth, bufferLd);
      const int64_t start = a.causal ? key / E::NR * E::NR : 0;
      for (int64_t query = start; query < time; query += queryBlock) {
        const int64_t count = roundUp(smaller(queryBlock, time - query), int64_t{E::NR});
        for (int64_t j = 0; j < count; j += E::NR) {
          const int64_t panel = (query + j) * size.dimDepth;
          for (int i = 0; i < rows; i += E::MR) {
            if (a.causal && query + j + E::NR <= key + i) continue;  // wholly hidden
            const int height = smaller(E::MR, rows - i);
            E::multiply(k.data + static_cast<size_t>(i / E::MR) * k.tile, k.row, k.group, queriesT.of(worker) + panel, groups,
                        scores + i * blockLd + j, blockLd, false, height);
            E::multiply(v.data + static_cast<size_t>(i / E::MR) * v.tile, v.row, v.group, gradsT.of(worker) + panel, groups,
                        slopes + i * blockLd + j, blockLd, false, height);
          }
        }
        if (a.rate > 0) {
          for (int64_t j = 0; j < count; j++) {
            const int64_t index = (at.place + smaller(query + j, time - 1)) * a.time + at.first + key;
            keep[j] = keepBits(a.random, static_cast<uint64_t>(index), threshold);
          }
        }
        for (int i = 0; i < rows; i++) {
          ahead.step();
          const float* score = scores + i * blockLd;
          const float* slope = slopes + i * blockLd;
          T* p = probabilities + i * blockLd;
          T* d = deltas + i * blockLd;
          const int64_t hidden = a.causal ? larger<int64_t>(0, key + i - query) : 0;
          for (int64_t j = 0; j < count; j += W) {
            if (hidden >= j + W) {
              store(p + j, zero());
              store(d + j, zero());
              continue;
            }
            vf probability = exp2<E::fast>(sub(mul(load(score + j), set1(scale)), load(lse + query + j)));
            vf gradient = load(slope + j);
            vf dropped = probability;
            if (a.rate > 0) {
              uint32_t bits = 0;
              for (int l = 0; l < W; l++) bits |= static_cast<uint32_t>(keep[j + l] >> i & 1) << l;
              dropped = keepBitsOf(bits, mul(probability, set1(kept)));
              gradient = keepBitsOf(bits, mul(gradient, set1(kept)));
            }
            vf delta = mul(probability, sub(gradient, load(along + query + j)));
            if (hidden > j) {
              const int lanes = static_cast<int>(hidden - j);
              dropped = firstFrom(lanes, zero(), dropped);
              delta = firstFrom(lanes, zero(), delta);
            }
            store(p + j, dropped);
            store(d + j, delta);
          }
        }
        const int queryGroups = static_cast<int>(roundUp(count, int64_t{E::KP}) / E::KU);
        const bool onto = query > start;
        for (int64_t j = 0; j < a.dim; j += E::NR) {
          const size_t panel = static_cast<size_t>(j / E::NR) * pitch + static_cast<size_t>(query * E::NR);
          for (int i = 0; i < rows; i += E::MR) {
            const int height = smaller(E::MR, rows - i);
            E::multiply(probabilities + i * blockLd, blockLd, E::KU, grads.of(worker) + panel, queryGroups,
                        dv + i * size.dimPanels + j, static_cast<size_t>(size.dimPanels), onto, height);
            E::multiply(deltas + i * blockLd, blockLd, E::KU, queries.of(worker) + panel, queryGroups,
                        dk + i * size.dimPanels + j, static_cast<size_t>(size.dimPanels), onto, height);
          }
        }
        const int64_t depth = roundUp(int64_t{rows}, int64_t{E::KP});
        T* panels = deltaPanels.of(worker);
        for (int64_t j = 0; j < count; j += E::NR) {
          packPanel<E>(Matrix<T>{deltas, blockLd}, 0, rows, j, count, depth / E::KU, panels);
          const Left<E> left = from<E>(kT, 0, key / E::KU);
          for (int64_t i = 0; i < a.dim; i += E::MR) {
            E::multiply(left.data + static_cast<size_t>(i / E::MR) * left.tile, left.row, left.group, panels,
                        static_cast<int>(depth / E::KU), dqT + static_cast<size_t>(i) * dqLd + query + j, dqLd, key > 0,
                        static_cast<int>(smaller<int64_t>(E::MR, a.dim - i)));
          }
        }
      }
      const vf factor = set1(a.scale);
      for (int i = 0; i < rows; i++) {
        T* row = out + static_cast<size_t>(key + i) * outLd;
        const float* dkRow = dk + i * size.dimPanels;
        const float* dvRow = dv + i * size.dimPanels;
        storeRow(row + width, a.dim, past, [&](int64_t j, auto) { return mul(load(dkRow + j), factor); });
        storeRow(row + 2 * width, a.dim, past, [&](int64_t j, auto) { return load(dvRow + j); });
      }
    }
    // dq, turned: 16 queries at a time.
    const int64_t dimWords = roundUp(a.dim, int64_t{16});
    float* turned = dqRows.of(worker);
    const vf factor = set1(a.scale);
    for (int64_t i = 0; i < time; i += 16) {
      for (int64_t j = 0; j < a.dim; j += 16) {
        transposeWords(reinterpret_cast<const uint32_t*>(dqT + static_cast<size_t>(j) * dqLd + i), dqLd,
                       static_cast<int>(smaller<int64_t>(16, a.dim - j)), reinterpret_cast<uint32_t*>(turned + j),
                       static_cast<size_t>(dimWords));
      }
      for (int64_t r = 0; r < smaller<int64_t>(16, time - i); r++) {
        const float* from = turned + r * dimWords;
        storeRow(out + static_cast<size_t>(i + r) * outLd, a.dim, past, [&](int64_t j, auto) { return mul(load(from + j), factor); });
      }
    }
    if (past) finishStoringPast();
  });
}

}  // namespace SLUICE_ISA
}  // namespace sluice
