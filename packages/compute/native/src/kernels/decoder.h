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

/** Rows k and k + 1 of a panel, `columns` values each (none of the second at an odd end), to their place. */
template <class T>
static SLUICE_INLINE void packTwoRows(const float* first, const float* second, int64_t columns, T* dst) {
  if constexpr (sizeof(T) == 2) {
    bf16 a[decoderPanel] = {}, b[decoderPanel] = {};
    forLanes(columns, [&](int64_t j, auto lanes) { store(a + j, load(first + j, lanes), lanes); });
    if (second) forLanes(columns, [&](int64_t j, auto lanes) { store(b + j, load(second + j, lanes), lanes); });
    for (int64_t j = 0; j < decoderPanel; j++) {
      dst[2 * j] = a[j];
      dst[2 * j + 1] = b[j];
    }
  } else {
    const auto row = [&](const float* from, T* to) {
      forLanes(columns, [&](int64_t j, auto lanes) { store(to + j, load(from + j, lanes), lanes); });
      for (int64_t j = columns; j < decoderPanel; j++) to[j] = 0;
    };
    row(first, dst);
    if (second) row(second, dst + decoderPanel);
  }
}

/** One panel of w [in, out] from `column` on. */
template <class T> static void packPanelOf(const float* w, int64_t in, int64_t out, int64_t column, T* dst) {
  const int64_t columns = smaller(decoderPanel, out - column);
  for (int64_t k = 0; k < in; k += 2) {
    const float* row = w + k * out + column;
    packTwoRows(row, k + 1 < in ? row + out : nullptr, columns, dst + k * decoderPanel);
  }
}

/** One panel of wT, for w [out, in]: 16 rows of 16 are turned at a time. */
template <class T> static void packPanelOfTransposed(const float* w, int64_t in, int64_t out, int64_t column, T* dst) {
  constexpr int64_t step = 16;
  const int64_t columns = smaller(decoderPanel, out - column);
  alignas(64) float turned[step][decoderPanel];
  for (int64_t k = 0; k < in; k += step) {
    const int64_t depth = smaller(step, in - k);
    for (int64_t j = 0; j < columns; j += step) {
      const int rows = static_cast<int>(smaller(step, columns - j));
      const float* from = w + (column + j) * in + k;
      if (depth == step) {
        transposeWords(reinterpret_cast<const uint32_t*>(from), static_cast<size_t>(in), rows,
                       reinterpret_cast<uint32_t*>(&turned[0][j]), decoderPanel);
      } else {
        for (int64_t i = 0; i < depth; i++) {
          for (int r = 0; r < rows; r++) turned[i][j + r] = from[r * in + i];
        }
      }
    }
    for (int64_t i = 0; i < depth; i += 2) {
      packTwoRows(turned[i], i + 1 < depth ? turned[i + 1] : nullptr, columns, dst + (k + i) * decoderPanel);
    }
  }
}

/** w [in, out], or wT for w [out, in] with `transposed`. */
static void packDecoderMatrix(const DecoderLayout& layout, const DecoderLayout::Matrix& to, const float* w, bool transposed,
                              char* packed) {
  const int64_t length = layout.panelLength(to.in);
  const auto pack = [&](int64_t panel, auto* first) {
    const int64_t column = panel * decoderPanel;
    if (transposed) packPanelOfTransposed(w, to.in, to.out, column, first + panel * length);
    else packPanelOf(w, to.in, to.out, column, first + panel * length);
  };
  parallelFor(divideUp(to.out, decoderPanel), [&](int64_t panel, int) {
    if (layout.bf16) pack(panel, reinterpret_cast<bf16*>(packed + to.panels));
    else pack(panel, reinterpret_cast<float*>(packed + to.panels));
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
static void multiplyPanels(Gang& gang, const DecoderLayout& layout, const void* packed, const DecoderLayout::Matrix& w, const float* x,
                           int64_t count, const Put& put) {
  const T* panels = reinterpret_cast<const T*>(static_cast<const char*>(packed) + w.panels);
  const int64_t length = layout.panelLength(w.in), total = divideUp(w.out, decoderPanel);
  const bool alone = w.in * w.out * count < decoderAloneBelow;
  const int64_t tasks = alone ? 1 : smaller(total, int64_t{threadCount()} * 4);
  gang.parallelFor(tasks, [&](int64_t task, int) {
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

/** What a step computes with, taken before several threads begin. */
struct DecoderBuffers {
  float *x, *normal, *qkv, *mixed, *inner;
  Workspace::PerWorker<float> scores;

  SLUICE_INLINE DecoderBuffers(Workspace& workspace, const DecoderShape& s, int64_t n)
      : x(workspace.shared<float>(static_cast<size_t>(n * s.width))),
        normal(workspace.shared<float>(static_cast<size_t>(n * s.width))),
        qkv(workspace.shared<float>(static_cast<size_t>(n * 3 * s.width))),
        mixed(workspace.shared<float>(static_cast<size_t>(n * s.width))),
        inner(workspace.shared<float>(static_cast<size_t>(n * s.inner))),
        scores(workspace.perWorker<float>(static_cast<size_t>(s.capacity))) {}
};

/** On the leading thread of the gang. */
template <class T> static void decoderStepAs(const DecoderStep& a, const DecoderBuffers& buffers, Gang& gang) {
  const DecoderShape& s = a.shape;
  const DecoderLayout layout(s, a.half);
  const int64_t n = a.count, C = s.width;
  float *x = buffers.x, *normal = buffers.normal, *qkv = buffers.qkv, *mixed = buffers.mixed, *inner = buffers.inner;

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
    multiplyPanels<T>(gang, layout, a.packed, w, from, n, [&](int64_t row, int64_t column, int64_t columns, const float* values) {
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
    gang.parallelFor(tasks, [&](int64_t task, int worker) {
      for (int64_t at = heads * task / tasks; at < heads * (task + 1) / tasks; at++) {
        const int64_t i = at / s.heads, head = at % s.heads, first = head * s.dim();
        decoderAttend(qkv + i * 3 * C + first, a.cache + cacheAt(s, layer, 0, a.rows[i], head),
                      a.cache + cacheAt(s, layer, 1, a.rows[i], head), a.places[i] + 1, s.dim(), buffers.scores.of(worker),
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
  multiplyPanels<T>(gang, layout, a.packed, layout.head, normal, a.outputs,
                    [&](int64_t row, int64_t column, int64_t columns, const float* values) {
                      std::memcpy(a.logits + row * s.vocab + column, values, static_cast<size_t>(columns) * sizeof(float));
                    });
}

static void decoderStep(const DecoderStep& a) {
  Workspace workspace;
  struct Lead {
    const DecoderStep& step;
    const DecoderBuffers buffers;
  } lead{a, DecoderBuffers(workspace, a.shape, a.count)};
  Gang::assemble(
      [](void* context, Gang& gang) {
        const Lead& lead = *static_cast<const Lead*>(context);
        if (lead.step.half) decoderStepAs<bf16>(lead.step, lead.buffers, gang);
        else decoderStepAs<float>(lead.step, lead.buffers, gang);
      },
      &lead);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
