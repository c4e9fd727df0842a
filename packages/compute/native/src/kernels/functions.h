// exp and GELU on vectors. `fast` variants are good to what bfloat16 can hold (relative error under 1e-4), the others to
// float (under 3e-7). The polynomials for 2^f on [-1/2, 1/2] are minimax in the relative error (Remez).

namespace sluice {
namespace SLUICE_ISA {

constexpr float log2e = 1.44269504088896341f;

/** 2^f for f in [-1/2, 1/2]; 1 for 0. */
static SLUICE_INLINE vf accurate2(vf f) {
  vf p = fma(set1(0.0001534581242594868f), f, set1(0.0013399930903688073f));
  p = fma(p, f, set1(0.009618489071726799f));
  p = fma(p, f, set1(0.05550328642129898f));
  p = fma(p, f, set1(0.24022646248340607f));
  p = fma(p, f, set1(0.6931471824645996f));
  return fma(p, f, set1(1.f));
}

/** 2^f for f in [0, 1), relative error 1e-4; 1 for 0, so that no softmax of one element is off. */
static SLUICE_INLINE vf rough2(vf f) {
  vf p = fma(set1(0.07826797f), f, set1(0.22630768f));
  p = fma(p, f, set1(0.69542435f));
  return fma(p, f, set1(1.f));
}

template <bool fast> static SLUICE_INLINE vf exp2(vf x) {
  if (fast) return scaleDown2(rough2(fraction(x)), x);
  x = max(x, set1(-150.f));
  const vf n = nearest(x);
  return scale2(accurate2(sub(x, n)), n);
}

/** e^x; the reduction is done in two parts, so that the error does not grow with x. */
static SLUICE_INLINE vf exp(vf x) {
  x = max(min(x, set1(89.f)), set1(-104.f));
  const vf n = nearest(mul(x, set1(log2e)));
  const vf r = fnma(n, set1(-2.12194440e-4f), fnma(n, set1(0.693359375f), x));
  const vf f = mul(r, set1(log2e));
  return scale2(accurate2(f), n);
}

template <bool fast> static SLUICE_INLINE vf reciprocal(vf x) {
  return fast ? roughReciprocal(x) : div(set1(1.f), x);
}

/**
 * The tanh form of GELU, x * sigmoid(2u) with u = sqrt(2/pi) * (x + 0.044715 x^3), and its slope
 * sigmoid + x * sigmoid * (1 - sigmoid) * 2u'.
 */
template <bool fast, bool slope> static SLUICE_INLINE vf gelu(vf x, vf* slopeOut) {
  constexpr float a = 1.5957691216057308f, b = a * 0.044715f;
  // Far out the sigmoid is 0 or 1 whatever the square is: it need not overflow.
  const vf square = fast ? mul(x, x) : min(mul(x, x), set1(1e6f));
  const vf exponent = mul(x, fma(square, set1(-b * log2e), set1(-a * log2e)));
  const vf e = exp2<fast>(fast ? exponent : min(exponent, set1(200.f)));
  const vf sigmoid = reciprocal<fast>(add(set1(1.f), e));
  const vf y = mul(x, sigmoid);
  if (slope) *slopeOut = fma(fnma(y, sigmoid, y), fma(square, set1(3 * b), set1(a)), sigmoid);
  return y;
}

/**
 * GELU as it is defined, x * P(X <= x) for a normal X, and its slope P + x * density. The tail P(X > |x|) by formula 7.1.26 of
 * Abramowitz and Stegun, absolute error under 1e-7.
 */
template <bool slope> static SLUICE_INLINE vf geluOfNormal(vf x, vf* slopeOut) {
  const vf size = max(x, sub(zero(), x));
  const vf t = div(set1(1.f), fma(size, set1(0.3275911f * 0.70710678118654752f), set1(1.f)));
  vf p = fma(set1(1.061405429f), t, set1(-1.453152027f));
  p = fma(p, t, set1(1.421413741f));
  p = fma(p, t, set1(-0.284496736f));
  p = fma(p, t, set1(0.254829592f));
  const vf bounded = min(size, set1(20.f));
  const vf bell = exp(mul(mul(bounded, bounded), set1(-0.5f)));
  const vf tail = mul(mul(mul(p, t), bell), set1(0.5f));
  if (slope) {
    // 1 right of 0; at 0 itself the tail is 1/2 and it does not matter.
    const vf right = min(max(mul(x, set1(1e30f)), zero()), set1(1.f));
    const vf below = fma(right, fnma(set1(2.f), tail, set1(1.f)), tail);
    *slopeOut = fma(mul(x, set1(0.3989422804014327f)), bell, below);
  }
  return fnma(size, tail, max(x, zero()));
}

/** An activation by its name, and its slope. */
template <Activation activation, bool fast, bool slope> static SLUICE_INLINE vf activate(vf x, vf* slopeOut) {
  if constexpr (activation == Activation::geluTanh) return gelu<fast, slope>(x, slopeOut);
  if constexpr (activation == Activation::gelu) return geluOfNormal<slope>(x, slopeOut);
  return x;
}

}  // namespace SLUICE_ISA
}  // namespace sluice
