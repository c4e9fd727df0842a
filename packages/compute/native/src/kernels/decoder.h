// A decoder-only Transformer taken token by token, with keys and values of earlier tokens at hand.
//
// For one token this is bound by reading the weights, each of which is used once. So they are packed beforehand, in the order
// in which they are read, in bfloat16 where that is the precision (half the bytes); the products and everything else are
// float. Every output column is one thread's own sum in a fixed order: neither the number of threads nor which other tokens
// there are changes a bit.

namespace sluice {
namespace SLUICE_ISA {

/** Below this many multiplications a product is done before another thread has heard of it. */
constexpr int64_t decoderAloneBelow = 1 << 14;

static SLUICE_INLINE const float* vectorAt(const void* packed, int64_t at) {
  return reinterpret_cast<const float*>(static_cast<const char*>(packed) + at);
}

// --- packing ------------------------------------------------------------------------------------------------------------

/** Rounded to nearest even; a NaN stays one. */
static SLUICE_INLINE bf16 roundedToBf16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  if (x != x) return {static_cast<uint16_t>(bits >> 16 | 0x40)};
  return {static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

/** A panel of source(k, column): columns from `column` on, of which `columns` exist. */
template <class T, class Source>
static void packDecoderPanel(const Source& source, int64_t in, int64_t column, int64_t columns, T* dst) {
  for (int64_t k = 0; k < in; k += 2) {
    const bool pair = k + 1 < in;
    for (int64_t j = 0; j < decoderPanel; j++) {
      const float a = j < columns ? source(k, column + j) : 0.f;
      const float b = j < columns && pair ? source(k + 1, column + j) : 0.f;
      if constexpr (sizeof(T) == 2) {
        dst[2 * j] = roundedToBf16(a);
        dst[2 * j + 1] = roundedToBf16(b);
      } else {
        dst[j] = a;
        if (pair) dst[decoderPanel + j] = b;
      }
    }
    dst += 2 * decoderPanel;
  }
}

/** w [in, out], or wT [out, in] with `transposed`. */
static void packDecoderMatrix(const DecoderLayout& layout, const DecoderLayout::Matrix& to, const float* w, bool transposed,
                              char* packed) {
  const size_t in = static_cast<size_t>(to.in), out = static_cast<size_t>(to.out);
  const int64_t length = layout.panelLength(to.in);
  parallelFor(divideUp(to.out, decoderPanel), [&](int64_t panel, int) {
    const int64_t column = panel * decoderPanel, columns = smaller(decoderPanel, to.out - column);
    const auto pack = [&](const auto& source) {
      char* at = packed + to.panels;
      if (layout.bf16) packDecoderPanel(source, to.in, column, columns, reinterpret_cast<bf16*>(at) + panel * length);
      else packDecoderPanel(source, to.in, column, columns, reinterpret_cast<float*>(at) + panel * length);
    };
    if (transposed) pack([=](int64_t k, int64_t j) { return w[static_cast<size_t>(j) * in + static_cast<size_t>(k)]; });
    else pack([=](int64_t k, int64_t j) { return w[static_cast<size_t>(k) * out + static_cast<size_t>(j)]; });
  });
}

static void decoderPack(const DecoderPack& a) {
  const DecoderLayout layout(a.shape, a.half);
  char* packed = static_cast<char*>(a.packed);
  const float* const* next = a.weights;
  const auto vector = [&](int64_t at, int64_t length) {
    std::memcpy(packed + at, *next++, static_cast<size_t>(length) * sizeof(float));
  };
  const auto norm = [&](const DecoderLayout::Norm& to) {
    vector(to.gamma, a.shape.width);
    vector(to.beta, a.shape.width);
  };
  const auto linear = [&](const DecoderLayout::Matrix& to) {
    packDecoderMatrix(layout, to, *next++, false, packed);
    vector(to.bias, to.out);
  };
  for (int64_t layer = 0; layer < a.shape.layers; layer++) {
    const DecoderLayout::Block block = layout.block(layer);
    norm(block.attentionNorm);
    linear(block.qkv);
    linear(block.attentionOutput);
    norm(block.feedForwardNorm);
    linear(block.feedForward);
    linear(block.feedForwardOutput);
  }
  norm(layout.norm);
  packDecoderMatrix(layout, layout.head, *next, true, packed);
}

// --- products -----------------------------------------------------------------------------------------------------------

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
static void multiplyPanels(const DecoderLayout& layout, const void* packed, const DecoderLayout::Matrix& w, const float* x,
                           int64_t count, const Put& put) {
  const T* panels = reinterpret_cast<const T*>(static_cast<const char*>(packed) + w.panels);
  const int64_t length = layout.panelLength(w.in), total = divideUp(w.out, decoderPanel);
  const bool alone = w.in * w.out * count < decoderAloneBelow;
  const int64_t tasks = alone ? 1 : smaller(total, int64_t{threadCount()} * 4);
  parallelFor(tasks, [&](int64_t task, int) {
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

// --- the parts of a block -------------------------------------------------------------------------------------------------

static void decoderNorm(const float* x, const float* gamma, const float* beta, float epsilon, int64_t width, float* y) {
  vf total = zero();
  forLanes(width, [&](int64_t j, auto lanes) { total = add(total, load(x + j, lanes)); });
  const vf mean = set1(sum(total) / static_cast<float>(width));
  vf squares = zero();
  forLanes(width, [&](int64_t j, auto lanes) {
    const vf d = orElse(sub(load(x + j, lanes), mean), lanes, zero());
    squares = fma(d, d, squares);
  });
  const vf rstd = set1(1.f / std::sqrt(sum(squares) / static_cast<float>(width) + epsilon));
  forLanes(width, [&](int64_t j, auto lanes) {
    const vf normal = mul(sub(load(x + j, lanes), mean), rstd);
    store(y + j, fma(normal, load(gamma + j, lanes), load(beta + j, lanes)), lanes);
  });
}

/** The first position of a head of a row in one layer; of its values with `value` = 1. */
static SLUICE_INLINE size_t cacheAt(const DecoderShape& s, int64_t layer, int64_t value, int64_t row, int64_t head) {
  return static_cast<size_t>((((layer * 2 + value) * s.rows + row) * s.heads + head) * s.capacity * s.dim());
}

static SLUICE_INLINE void cachePut(const DecoderShape& s, int64_t layer, int64_t row, int64_t position, const float* qkv,
                                   float* cache) {
  const size_t bytes = static_cast<size_t>(s.dim()) * sizeof(float);
  for (int64_t head = 0; head < s.heads; head++) {
    const float* k = qkv + s.width + head * s.dim();
    std::memcpy(cache + cacheAt(s, layer, 0, row, head) + position * s.dim(), k, bytes);
    std::memcpy(cache + cacheAt(s, layer, 1, row, head) + position * s.dim(), k + s.width, bytes);
  }
}

/** y = softmax(q kT) v for one head over `length` positions; q has been scaled. `scores` has room for them. */
static void decoderAttend(const float* q, const float* k, const float* v, int64_t length, int64_t dim, float* scores, float* y) {
  for (int64_t t = 0; t < length; t++) {
    vf dot = zero();
    forLanes(dim, [&](int64_t d, auto lanes) { dot = fma(load(q + d, lanes), load(k + t * dim + d, lanes), dot); });
    scores[t] = sum(dot);
  }
  vf top = set1(scores[0]);
  forLanes(length, [&](int64_t t, auto lanes) { top = max(top, orElse(load(scores + t, lanes), lanes, top)); });
  const vf highest = set1(maximum(top));
  vf total = zero();
  forLanes(length, [&](int64_t t, auto lanes) {
    const vf e = orElse(exp(sub(load(scores + t, lanes), highest)), lanes, zero());
    total = add(total, e);
    store(scores + t, e, lanes);
  });
  const vf share = set1(1.f / sum(total));
  const auto mix = [&](int64_t d, auto lanes) {
    vf even = zero(), odd = zero();
    int64_t t = 0;
    for (; t + 2 <= length; t += 2) {
      even = fma(set1(scores[t]), load(v + t * dim + d, lanes), even);
      odd = fma(set1(scores[t + 1]), load(v + (t + 1) * dim + d, lanes), odd);
    }
    if (t < length) even = fma(set1(scores[t]), load(v + t * dim + d, lanes), even);
    store(y + d, mul(add(even, odd), share), lanes);
  };
  forLanes(dim, mix);
}

static void decoderFill(const DecoderFill& a) {
  for (int64_t t = 0; t < a.time; t++) cachePut(a.shape, a.layer, a.row, t, a.qkv + t * 3 * a.shape.width, a.cache);
}

template <class T> static void decoderStepAs(const DecoderStep& a) {
  const DecoderShape& s = a.shape;
  const DecoderLayout layout(s, a.half);
  const int64_t n = a.count, C = s.width;
  Workspace workspace;
  const auto buffer = [&](int64_t columns) { return workspace.shared<float>(static_cast<size_t>(n * columns)); };
  float* x = buffer(C);
  float* normal = buffer(C);
  float* qkv = buffer(3 * C);
  float* mixed = buffer(C);
  float* inner = buffer(s.inner);
  const auto scores = workspace.perWorker<float>(static_cast<size_t>(s.capacity));

  for (int64_t i = 0; i < n; i++) {
    const float* token = a.tokens + a.ids[i] * C;
    const float* place = a.positions ? a.positions + a.places[i] * C : nullptr;
    forLanes(C, [&](int64_t j, auto lanes) {
      const vf v = load(token + j, lanes);
      store(x + i * C + j, place ? add(v, load(place + j, lanes)) : v, lanes);
    });
  }

  const auto norms = [&](const DecoderLayout::Norm& norm) {
    for (int64_t i = 0; i < n; i++) {
      decoderNorm(x + i * C, vectorAt(a.packed, norm.gamma), vectorAt(a.packed, norm.beta), a.epsilon, C, normal + i * C);
    }
  };
  /** Products plus bias, in vectors: put(to, values, lanes) with the output element's index. */
  const auto linear = [&](const DecoderLayout::Matrix& w, const float* from, const auto& put) {
    const float* bias = vectorAt(a.packed, w.bias);
    multiplyPanels<T>(layout, a.packed, w, from, n, [&](int64_t row, int64_t column, int64_t columns, const float* values) {
      forLanes(columns, [&](int64_t j, auto lanes) {
        put(row * w.out + column + j, add(load(values + j, lanes), load(bias + column + j, lanes)), lanes);
      });
    });
  };
  const auto ontoStream = [&](int64_t to, vf v, auto lanes) { store(x + to, add(load(x + to, lanes), v), lanes); };

  for (int64_t layer = 0; layer < s.layers; layer++) {
    const DecoderLayout::Block block = layout.block(layer);
    norms(block.attentionNorm);
    linear(block.qkv, normal, [&](int64_t to, vf v, auto lanes) { store(qkv + to, v, lanes); });
    const vf scale = set1(1.f / std::sqrt(static_cast<float>(s.dim())));
    int64_t seen = 0;
    for (int64_t i = 0; i < n; i++) {
      float* q = qkv + i * 3 * C;
      cachePut(s, layer, a.rows[i], a.places[i], q, a.cache);
      forLanes(C, [&](int64_t j, auto lanes) { store(q + j, mul(load(q + j, lanes), scale), lanes); });
      seen += a.places[i] + 1;
    }
    const int64_t heads = n * s.heads;
    const int64_t tasks = 2 * seen * C < decoderAloneBelow ? 1 : heads;
    parallelFor(tasks, [&](int64_t task, int worker) {
      for (int64_t at = heads * task / tasks; at < heads * (task + 1) / tasks; at++) {
        const int64_t i = at / s.heads, head = at % s.heads, first = head * s.dim();
        decoderAttend(qkv + i * 3 * C + first, a.cache + cacheAt(s, layer, 0, a.rows[i], head),
                      a.cache + cacheAt(s, layer, 1, a.rows[i], head), a.places[i] + 1, s.dim(), scores.of(worker),
                      mixed + i * C + first);
      }
    });
    linear(block.attentionOutput, mixed, ontoStream);
    norms(block.feedForwardNorm);
    linear(block.feedForward, normal, [&](int64_t to, vf v, auto lanes) {
      vf slope;
      store(inner + to, gelu<false, false>(v, &slope), lanes);
    });
    linear(block.feedForwardOutput, inner, ontoStream);
  }

  for (int64_t i = 0; i < a.outputs; i++) {
    decoderNorm(x + a.last[i] * C, vectorAt(a.packed, layout.norm.gamma), vectorAt(a.packed, layout.norm.beta), a.epsilon, C,
                normal + i * C);
  }
  multiplyPanels<T>(layout, a.packed, layout.head, normal, a.outputs,
                    [&](int64_t row, int64_t column, int64_t columns, const float* values) {
                      std::memcpy(a.logits + row * s.vocab + column, values, static_cast<size_t>(columns) * sizeof(float));
                    });
}

static void decoderStep(const DecoderStep& a) {
  if (a.half) decoderStepAs<bf16>(a);
  else decoderStepAs<float>(a);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
