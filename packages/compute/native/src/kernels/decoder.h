// A decoder-only Transformer taken token by token, with keys and values of earlier tokens at hand.
//
// For one token this is bound by reading the weights, each of which is used once. So they are packed beforehand, in the order
// in which they are read, in bfloat16 where that is the precision (half the bytes); the products and everything else are
// float. Every output column is one thread's own sum in a fixed order: neither the number of threads nor which other tokens
// there are changes a bit.

namespace sluice {
namespace SLUICE_ISA {

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

static void decoderRmsNorm(const float* x, const float* gamma, float epsilon, int64_t width, float* y) {
  vf squares = zero();
  forLanes(width, [&](int64_t j, auto lanes) {
    const vf v = orElse(load(x + j, lanes), lanes, zero());
    squares = fma(v, v, squares);
  });
  const vf rstd = set1(1.f / std::sqrt(sum(squares) / static_cast<float>(width) + epsilon));
  forLanes(width, [&](int64_t j, auto lanes) {
    store(y + j, mul(mul(load(x + j, lanes), rstd), load(gamma + j, lanes)), lanes);
  });
}

/** Turns so many heads, side by side, by the angles of a position (Su et al. 2021). */
static void decoderRotate(float* heads, int64_t count, int64_t dim, const float* cosines, const float* sines) {
  const int64_t half = dim / 2;
  for (float* head = heads; head < heads + count * dim; head += dim) {
    forLanes(half, [&](int64_t j, auto lanes) {
      const vf x = load(head + j, lanes), y = load(head + half + j, lanes);
      const vf c = load(cosines + j, lanes), s = load(sines + j, lanes);
      store(head + j, fnma(y, s, mul(x, c)), lanes);
      store(head + half + j, fma(x, s, mul(y, c)), lanes);
    });
  }
}

/** What a step computes with, taken before several threads begin. */
struct DecoderBuffers {
  float *x, *normal, *qkv, *mixed, *inner, *gated;
  Workspace::PerWorker<float> scores;

  SLUICE_INLINE DecoderBuffers(Workspace& workspace, const DecoderShape& s, int64_t n)
      : x(workspace.shared<float>(static_cast<size_t>(n * s.width))),
        normal(workspace.shared<float>(static_cast<size_t>(n * s.width))),
        qkv(workspace.shared<float>(static_cast<size_t>(n * s.projected()))),
        mixed(workspace.shared<float>(static_cast<size_t>(n * s.width))),
        inner(workspace.shared<float>(static_cast<size_t>(n * s.fed()))),
        gated(s.fed() == s.inner ? inner : workspace.shared<float>(static_cast<size_t>(n * s.inner))),
        scores(workspace.perWorker<float>(static_cast<size_t>(s.capacity))) {}
};

/** On the leading thread of the gang. */
template <class T> static void decoderStepAs(const DecoderStep& a, const DecoderBuffers& buffers, Gang& gang) {
  const DecoderShape& s = a.shape;
  const DecoderLayout layout(s, a.half);
  const bool llama = s.family == DecoderFamily::llama;
  const int64_t n = a.count, C = s.width, D = s.dim(), P = s.projected(), F = s.inner;
  float *x = buffers.x, *normal = buffers.normal, *qkv = buffers.qkv, *mixed = buffers.mixed, *inner = buffers.inner;

  for (int64_t i = 0; i < n; i++) {
    const float* token = a.tokens + a.ids[i] * C;
    const float* place = a.positions ? a.positions + a.places[i] * C : nullptr;
    forLanes(C, [&](int64_t j, auto lanes) {
      const vf v = load(token + j, lanes);
      store(x + i * C + j, place ? add(v, load(place + j, lanes)) : v, lanes);
    });
  }

  const auto normInto = [&](const DecoderLayout::Norm& norm, int64_t from, int64_t to) {
    const float *gamma = vectorAt(a.packed, norm.gamma), *beta = vectorAt(a.packed, norm.beta);
    if (llama) decoderRmsNorm(x + from * C, gamma, a.epsilon, C, normal + to * C);
    else decoderNorm(x + from * C, gamma, beta, a.epsilon, C, normal + to * C);
  };
  const auto norms = [&](const DecoderLayout::Norm& norm) {
    for (int64_t i = 0; i < n; i++) normInto(norm, i, i);
  };
  /** Products plus bias, in vectors: put(to, values, lanes) with the output element's index. */
  const auto linear = [&](const DecoderLayout::Matrix& w, const float* from, const auto& put) {
    const float* bias = llama ? nullptr : vectorAt(a.packed, w.bias);
    multiplyPanels<T>(gang, layout, a.packed, w, from, n, [&](int64_t row, int64_t column, int64_t columns, const float* values) {
      forLanes(columns, [&](int64_t j, auto lanes) {
        const vf product = load(values + j, lanes);
        put(row * w.out + column + j, bias ? add(product, load(bias + column + j, lanes)) : product, lanes);
      });
    });
  };
  const auto ontoStream = [&](int64_t to, vf v, auto lanes) { store(x + to, add(load(x + to, lanes), v), lanes); };

  for (int64_t layer = 0; layer < s.layers; layer++) {
    const DecoderLayout::Block block = layout.block(layer);
    norms(block.attentionNorm);
    linear(block.qkv, normal, [&](int64_t to, vf v, auto lanes) { store(qkv + to, v, lanes); });
    const vf scale = set1(1.f / std::sqrt(static_cast<float>(D)));
    int64_t seen = 0;
    for (int64_t i = 0; i < n; i++) {
      float *q = qkv + i * P, *k = q + C, *v = k + s.groups * D;
      if (llama) {
        const int64_t at = a.places[i] * (D / 2);
        decoderRotate(q, s.heads + s.groups, D, a.cosines + at, a.sines + at);
      }
      cachePut(s, layer, a.rows[i], a.places[i], k, v, D, a.cache);
      forLanes(C, [&](int64_t j, auto lanes) { store(q + j, mul(load(q + j, lanes), scale), lanes); });
      seen += a.places[i] + 1;
    }
    const int64_t heads = n * s.heads, sharing = s.heads / s.groups;
    const int64_t tasks = 2 * seen * C < decoderAloneBelow ? 1 : heads;
    gang.parallelFor(tasks, [&](int64_t task, int worker) {
      for (int64_t at = heads * task / tasks; at < heads * (task + 1) / tasks; at++) {
        const int64_t i = at / s.heads, head = at % s.heads, group = head / sharing;
        decoderAttend(qkv + i * P + head * D, a.cache + cacheAt(s, layer, 0, a.rows[i], group),
                      a.cache + cacheAt(s, layer, 1, a.rows[i], group), a.places[i] + 1, D, buffers.scores.of(worker),
                      mixed + i * C + head * D);
      }
    });
    linear(block.attentionOutput, mixed, ontoStream);
    norms(block.feedForwardNorm);
    if (llama) {
      linear(block.feedForward, normal, [&](int64_t to, vf v, auto lanes) { store(inner + to, v, lanes); });
      for (int64_t i = 0; i < n; i++) {
        const float* gate = inner + 2 * i * F;
        forLanes(F, [&](int64_t j, auto lanes) {
          const vf g = load(gate + j, lanes);
          store(buffers.gated + i * F + j, mul(mul(g, sigmoid(g)), load(gate + F + j, lanes)), lanes);
        });
      }
    } else {
      linear(block.feedForward, normal, [&](int64_t to, vf v, auto lanes) {
        vf slope;
        store(inner + to, gelu<false, false>(v, &slope), lanes);
      });
    }
    linear(block.feedForwardOutput, buffers.gated, ontoStream);
  }

  for (int64_t i = 0; i < a.outputs; i++) normInto(layout.norm, a.last[i], i);
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
