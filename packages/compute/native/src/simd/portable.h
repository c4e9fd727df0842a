// Vectors of 4 floats in plain C++, for any processor; compilers turn the loops into what the baseline has.
#include <cmath>
#include <cstring>

namespace sluice {
namespace SLUICE_ISA {

constexpr int W = 4;
struct vf {
  float lane[W];
};

template <class F> static SLUICE_INLINE vf each(const F& f) {
  vf r;
  for (int i = 0; i < W; i++) r.lane[i] = f(i);
  return r;
}

static SLUICE_INLINE float floatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}
static SLUICE_INLINE uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
static SLUICE_INLINE float widen(bf16 x) { return floatOf(static_cast<uint32_t>(x.bits) << 16); }
/** Round to nearest even; a NaN keeps its upper bits and is made quiet. */
static SLUICE_INLINE bf16 narrow(float x) {
  const uint32_t bits = bitsOf(x);
  if (x != x) return {static_cast<uint16_t>(bits >> 16 | 0x40)};
  return {static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

static SLUICE_INLINE vf zero() { return vf{}; }
static SLUICE_INLINE vf set1(float x) { return each([&](int) { return x; }); }
static SLUICE_INLINE vf load(const float* p) { return each([&](int i) { return p[i]; }); }
static SLUICE_INLINE vf load(const float* p, int n) { return each([&](int i) { return i < n ? p[i] : 0.f; }); }
static SLUICE_INLINE vf load(const bf16* p) { return each([&](int i) { return widen(p[i]); }); }
static SLUICE_INLINE vf load(const bf16* p, int n) { return each([&](int i) { return i < n ? widen(p[i]) : 0.f; }); }
static SLUICE_INLINE void store(float* p, vf v) {
  for (int i = 0; i < W; i++) p[i] = v.lane[i];
}
static SLUICE_INLINE void store(float* p, vf v, int n) {
  for (int i = 0; i < n; i++) p[i] = v.lane[i];
}
static SLUICE_INLINE void store(bf16* p, vf v) {
  for (int i = 0; i < W; i++) p[i] = narrow(v.lane[i]);
}
static SLUICE_INLINE void store(bf16* p, vf v, int n) {
  for (int i = 0; i < n; i++) p[i] = narrow(v.lane[i]);
}

static SLUICE_INLINE vf add(vf a, vf b) { return each([&](int i) { return a.lane[i] + b.lane[i]; }); }
static SLUICE_INLINE vf sub(vf a, vf b) { return each([&](int i) { return a.lane[i] - b.lane[i]; }); }
static SLUICE_INLINE vf mul(vf a, vf b) { return each([&](int i) { return a.lane[i] * b.lane[i]; }); }
static SLUICE_INLINE vf div(vf a, vf b) { return each([&](int i) { return a.lane[i] / b.lane[i]; }); }
static SLUICE_INLINE vf fma(vf a, vf b, vf c) { return each([&](int i) { return a.lane[i] * b.lane[i] + c.lane[i]; }); }
static SLUICE_INLINE vf fnma(vf a, vf b, vf c) { return each([&](int i) { return c.lane[i] - a.lane[i] * b.lane[i]; }); }
static SLUICE_INLINE vf max(vf a, vf b) { return each([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; }); }
static SLUICE_INLINE vf min(vf a, vf b) { return each([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; }); }
static SLUICE_INLINE vf sqrt(vf a) { return each([&](int i) { return std::sqrt(a.lane[i]); }); }
static SLUICE_INLINE vf nearest(vf a) {
  // Adding and taking away 1.5 * 2^23 rounds to a whole number where |a| < 2^22, which is all that is asked here.
  return each([&](int i) {
    const float shifted = a.lane[i] + 12582912.f;
    return shifted - 12582912.f;
  });
}
/** a * 2^n for whole n in [-252, 254], in two factors, each a number. */
static SLUICE_INLINE vf scale2(vf a, vf n) {
  return each([&](int i) {
    const int whole = static_cast<int>(n.lane[i]), half = whole / 2;
    return a.lane[i] * floatOf(static_cast<uint32_t>(half + 127) << 23) * floatOf(static_cast<uint32_t>(whole - half + 127) << 23);
  });
}
static SLUICE_INLINE vf floor(vf a) { return each([&](int i) { return std::floor(a.lane[i]); }); }
/** a - floor(a). */
static SLUICE_INLINE vf fraction(vf a) { return sub(a, floor(a)); }
/** a * 2^floor(n), 0 where n is very low. */
static SLUICE_INLINE vf scaleDown2(vf a, vf n) { return scale2(a, floor(min(max(n, set1(-150.f)), set1(200.f)))); }
static SLUICE_INLINE vf roughReciprocal(vf a) { return div(set1(1.f), a); }
static SLUICE_INLINE float sum(vf a) { return (a.lane[0] + a.lane[2]) + (a.lane[1] + a.lane[3]); }
static SLUICE_INLINE float maximum(vf a) {
  const float low = a.lane[0] > a.lane[1] ? a.lane[0] : a.lane[1], high = a.lane[2] > a.lane[3] ? a.lane[2] : a.lane[3];
  return low > high ? low : high;
}

/** Lanes below n from a, the others from b. */
static SLUICE_INLINE vf firstFrom(int n, vf a, vf b) { return each([&](int i) { return i < n ? a.lane[i] : b.lane[i]; }); }
/** Lanes whose bit is set keep a's value, the others become 0. */
static SLUICE_INLINE vf keepBitsOf(uint32_t bits, vf a) {
  return each([&](int i) { return bits >> i & 1 ? a.lane[i] : 0.f; });
}

/** Two vectors side by side. */
template <class T> static SLUICE_INLINE void storeTwo(T* p, vf a, vf b, bool) {
  store(p, a);
  store(p + W, b);
}
constexpr bool canStorePast = false;
static SLUICE_INLINE void finishStoringPast() {}

/** dst[j * dstStride + i] = src[i * srcStride + j] for 16 x 16 words; rows at or beyond `rows` count as zero. */
static SLUICE_INLINE void transposeWords(const uint32_t* src, size_t srcStride, int rows, uint32_t* dst, size_t dstStride) {
  for (int i = 0; i < 16; i++) {
    for (int j = 0; j < 16; j++) {
      dst[static_cast<size_t>(j) * dstStride + static_cast<size_t>(i)] =
          i < rows ? src[static_cast<size_t>(i) * srcStride + static_cast<size_t>(j)] : 0;
    }
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
