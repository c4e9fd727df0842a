// What a decoder keeps of earlier tokens, and attention to it.

namespace sluice {
namespace SLUICE_ISA {

/** The first position of a key head of a row in one layer; of its values with `value` = 1. */
static SLUICE_INLINE size_t cacheAt(const DecoderShape& s, int64_t layer, int64_t value, int64_t row, int64_t group) {
  return static_cast<size_t>((((layer * 2 + value) * s.rows + row) * s.groups + group) * s.capacity * s.dim());
}

/** Keys and values of one position: of each key head from k and v on, the next `step` elements further. */
static SLUICE_INLINE void cachePut(const DecoderShape& s, int64_t layer, int64_t row, int64_t position, const float* k, const float* v,
                                   int64_t step, float* cache) {
  const size_t bytes = static_cast<size_t>(s.dim()) * sizeof(float);
  for (int64_t group = 0; group < s.groups; group++) {
    std::memcpy(cache + cacheAt(s, layer, 0, row, group) + position * s.dim(), k + group * step, bytes);
    std::memcpy(cache + cacheAt(s, layer, 1, row, group) + position * s.dim(), v + group * step, bytes);
  }
}

/** Keys and values come as attention takes them: those that heads share are there once for each. */
static void decoderFill(const DecoderFill& a) {
  const DecoderShape& s = a.shape;
  const int64_t step = s.heads / s.groups * s.dim();
  for (int64_t t = 0; t < a.time; t++) {
    const float* k = a.qkv + t * 3 * s.width + s.width;
    cachePut(s, a.layer, a.row, t, k, k + s.width, step, a.cache);
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

}  // namespace SLUICE_ISA
}  // namespace sluice
