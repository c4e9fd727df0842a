// Vectors of 4 floats with Arm NEON (AArch64).
#include <arm_neon.h>

namespace sluice {
namespace SLUICE_ISA {

using vf = float32x4_t;
constexpr int W = 4;

static SLUICE_INLINE vf zero() { return vdupq_n_f32(0.f); }
static SLUICE_INLINE vf set1(float x) { return vdupq_n_f32(x); }
static SLUICE_INLINE vf load(const float* p) { return vld1q_f32(p); }
static SLUICE_INLINE vf load(const float* p, int n) {
  float some[W] = {0.f, 0.f, 0.f, 0.f};
  for (int i = 0; i < n; i++) some[i] = p[i];
  return vld1q_f32(some);
}
static SLUICE_INLINE void store(float* p, vf v) { vst1q_f32(p, v); }
static SLUICE_INLINE void store(float* p, vf v, int n) {
  float some[W];
  vst1q_f32(some, v);
  for (int i = 0; i < n; i++) p[i] = some[i];
}

static SLUICE_INLINE vf add(vf a, vf b) { return vaddq_f32(a, b); }
static SLUICE_INLINE vf sub(vf a, vf b) { return vsubq_f32(a, b); }
static SLUICE_INLINE vf mul(vf a, vf b) { return vmulq_f32(a, b); }
static SLUICE_INLINE vf div(vf a, vf b) { return vdivq_f32(a, b); }
static SLUICE_INLINE vf fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
static SLUICE_INLINE vf fnma(vf a, vf b, vf c) { return vfmsq_f32(c, a, b); }
static SLUICE_INLINE vf max(vf a, vf b) { return vmaxq_f32(a, b); }
static SLUICE_INLINE vf min(vf a, vf b) { return vminq_f32(a, b); }
static SLUICE_INLINE vf sqrt(vf a) { return vsqrtq_f32(a); }
static SLUICE_INLINE vf nearest(vf a) { return vrndnq_f32(a); }
/** a * 2^n for whole n in [-252, 254], in two factors, each a number. */
static SLUICE_INLINE vf scale2(vf a, vf n) {
  const int32x4_t whole = vcvtq_s32_f32(n), half = vshrq_n_s32(whole, 1), bias = vdupq_n_s32(127);
  const int32x4_t one = vshlq_n_s32(vaddq_s32(half, bias), 23);
  const int32x4_t other = vshlq_n_s32(vaddq_s32(vsubq_s32(whole, half), bias), 23);
  return mul(mul(a, vreinterpretq_f32_s32(one)), vreinterpretq_f32_s32(other));
}
/** a - floor(a). */
static SLUICE_INLINE vf fraction(vf a) { return sub(a, vrndmq_f32(a)); }
/** a * 2^floor(n), 0 where n is very low. */
static SLUICE_INLINE vf scaleDown2(vf a, vf n) { return scale2(a, vrndmq_f32(min(max(n, set1(-150.f)), set1(200.f)))); }
static SLUICE_INLINE vf roughReciprocal(vf a) { return div(set1(1.f), a); }
static SLUICE_INLINE float sum(vf a) { return vaddvq_f32(a); }
static SLUICE_INLINE float maximum(vf a) { return vmaxvq_f32(a); }

/** Lanes below n from a, the others from b. */
static SLUICE_INLINE vf firstFrom(int n, vf a, vf b) {
  const int32_t places[W] = {0, 1, 2, 3};
  return vbslq_f32(vcltq_s32(vld1q_s32(places), vdupq_n_s32(n)), a, b);
}
/** Lanes whose bit is set keep a's value, the others become 0. */
static SLUICE_INLINE vf keepBitsOf(uint32_t bits, vf a) {
  const uint32_t places[W] = {1, 2, 4, 8};
  const uint32x4_t kept = vtstq_u32(vdupq_n_u32(bits), vld1q_u32(places));
  return vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(a), kept));
}

static SLUICE_INLINE vf widen(uint16x4_t v) { return vreinterpretq_f32_u32(vshll_n_u16(v, 16)); }
/** Round to nearest even; a NaN keeps its upper bits and is made quiet. */
static SLUICE_INLINE uint16x4_t narrow(vf v) {
  const uint32x4_t bits = vreinterpretq_u32_f32(v);
  const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  const uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
  const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
  return vshrn_n_u32(vbslq_u32(vceqq_f32(v, v), rounded, quiet), 16);
}
static SLUICE_INLINE vf load(const bf16* p) { return widen(vld1_u16(reinterpret_cast<const uint16_t*>(p))); }
static SLUICE_INLINE vf load(const bf16* p, int n) {
  uint16_t some[W] = {0, 0, 0, 0};
  for (int i = 0; i < n; i++) some[i] = p[i].bits;
  return widen(vld1_u16(some));
}
static SLUICE_INLINE void store(bf16* p, vf v) { vst1_u16(reinterpret_cast<uint16_t*>(p), narrow(v)); }
static SLUICE_INLINE void store(bf16* p, vf v, int n) {
  uint16_t some[W];
  vst1_u16(some, narrow(v));
  for (int i = 0; i < n; i++) p[i].bits = some[i];
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
  for (size_t i0 = 0; i0 < 16; i0 += 4) {
    for (size_t j0 = 0; j0 < 16; j0 += 4) {
      uint32x4_t r[4];
      for (size_t i = 0; i < 4; i++) {
        r[i] = static_cast<int>(i0 + i) < rows ? vld1q_u32(src + (i0 + i) * srcStride + j0) : vdupq_n_u32(0);
      }
      const uint32x4_t a = vtrn1q_u32(r[0], r[1]), b = vtrn2q_u32(r[0], r[1]);
      const uint32x4_t c = vtrn1q_u32(r[2], r[3]), d = vtrn2q_u32(r[2], r[3]);
      const auto low = [](uint32x4_t x, uint32x4_t y) {
        return vreinterpretq_u32_u64(vtrn1q_u64(vreinterpretq_u64_u32(x), vreinterpretq_u64_u32(y)));
      };
      const auto high = [](uint32x4_t x, uint32x4_t y) {
        return vreinterpretq_u32_u64(vtrn2q_u64(vreinterpretq_u64_u32(x), vreinterpretq_u64_u32(y)));
      };
      vst1q_u32(dst + j0 * dstStride + i0, low(a, c));
      vst1q_u32(dst + (j0 + 1) * dstStride + i0, low(b, d));
      vst1q_u32(dst + (j0 + 2) * dstStride + i0, high(a, c));
      vst1q_u32(dst + (j0 + 3) * dstStride + i0, high(b, d));
    }
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
