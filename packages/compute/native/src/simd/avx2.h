// Vectors of 8 floats with AVX2 and FMA.
#include <immintrin.h>

namespace sluice {
namespace SLUICE_ISA {

using vf = __m256;
constexpr int W = 8;

static SLUICE_INLINE __m256i firstLanes(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static SLUICE_INLINE vf zero() { return _mm256_setzero_ps(); }
static SLUICE_INLINE vf set1(float x) { return _mm256_set1_ps(x); }
static SLUICE_INLINE vf load(const float* p) { return _mm256_loadu_ps(p); }
static SLUICE_INLINE vf load(const float* p, int n) { return _mm256_maskload_ps(p, firstLanes(n)); }
static SLUICE_INLINE void store(float* p, vf v) { _mm256_storeu_ps(p, v); }
static SLUICE_INLINE void store(float* p, vf v, int n) { _mm256_maskstore_ps(p, firstLanes(n), v); }

static SLUICE_INLINE vf add(vf a, vf b) { return _mm256_add_ps(a, b); }
static SLUICE_INLINE vf sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
static SLUICE_INLINE vf mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
static SLUICE_INLINE vf div(vf a, vf b) { return _mm256_div_ps(a, b); }
static SLUICE_INLINE vf fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
static SLUICE_INLINE vf fnma(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }
static SLUICE_INLINE vf max(vf a, vf b) { return _mm256_max_ps(a, b); }
static SLUICE_INLINE vf min(vf a, vf b) { return _mm256_min_ps(a, b); }
static SLUICE_INLINE vf sqrt(vf a) { return _mm256_sqrt_ps(a); }
static SLUICE_INLINE vf nearest(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/** a * 2^n for whole n in [-252, 254], in two factors, each a number. */
static SLUICE_INLINE vf scale2(vf a, vf n) {
  const __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1), bias = _mm256_set1_epi32(127);
  const __m256i one = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
  const __m256i other = _mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(whole, half), bias), 23);
  return mul(mul(a, _mm256_castsi256_ps(one)), _mm256_castsi256_ps(other));
}
/** a - floor(a). */
static SLUICE_INLINE vf fraction(vf a) { return sub(a, _mm256_floor_ps(a)); }
/** a * 2^floor(n), 0 where n is very low. */
static SLUICE_INLINE vf scaleDown2(vf a, vf n) {
  return scale2(a, _mm256_floor_ps(min(max(n, set1(-150.f)), set1(200.f))));
}
static SLUICE_INLINE vf roughReciprocal(vf a) { return div(set1(1.f), a); }
static SLUICE_INLINE float sum(vf a) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}
static SLUICE_INLINE float maximum(vf a) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_shuffle_ps(s, s, 1)));
}

/** Lanes below n from a, the others from b. */
static SLUICE_INLINE vf firstFrom(int n, vf a, vf b) { return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(firstLanes(n))); }
/** Lanes whose bit is set keep a's value, the others become 0. */
static SLUICE_INLINE vf keepBitsOf(uint32_t bits, vf a) {
  const __m256i lanes = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  const __m256i chosen = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(bits)), lanes);
  return _mm256_and_ps(a, _mm256_castsi256_ps(_mm256_cmpeq_epi32(chosen, lanes)));
}

static SLUICE_INLINE vf widen(__m128i v) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(v), 16)); }
/** Round to nearest even; a NaN keeps its upper bits and is made quiet. */
static SLUICE_INLINE __m128i narrow(vf v) {
  const __m256i bits = _mm256_castps_si256(v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256 nan = _mm256_cmp_ps(v, v, _CMP_UNORD_Q);
  const __m256i chosen = _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(rounded), _mm256_castsi256_ps(quiet), nan));
  const __m256i high = _mm256_srli_epi32(chosen, 16);
  return _mm_packus_epi32(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1));
}
static SLUICE_INLINE vf load(const bf16* p) { return widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
static SLUICE_INLINE vf load(const bf16* p, int n) {
  alignas(16) bf16 some[W] = {};
  for (int i = 0; i < n; i++) some[i] = p[i];
  return load(some);
}
static SLUICE_INLINE void store(bf16* p, vf v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), narrow(v)); }
static SLUICE_INLINE void store(bf16* p, vf v, int n) {
  alignas(16) bf16 some[W];
  store(some, v);
  for (int i = 0; i < n; i++) p[i] = some[i];
}

/** Two vectors side by side, past the caches if `past`: p is at the beginning of a line then. */
static SLUICE_INLINE void storeTwo(float* p, vf a, vf b, bool past) {
  if (past) {
    _mm256_stream_ps(p, a);
    _mm256_stream_ps(p + W, b);
  } else {
    store(p, a);
    store(p + W, b);
  }
}
static SLUICE_INLINE void storeTwo(bf16* p, vf a, vf b, bool) {
  store(p, a);
  store(p + W, b);
}
constexpr bool canStorePast = true;
/** Before another thread reads what was stored past the caches. */
static SLUICE_INLINE void finishStoringPast() { _mm_sfence(); }

/** An 8 x 8 block of 32-bit words: rows to columns. */
static SLUICE_INLINE void transpose8(__m256* r) {
  __m256 t[8];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    r[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
    r[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xee);
    r[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
    r[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const __m256 low = r[i], high = r[i + 4];
    r[i] = _mm256_permute2f128_ps(low, high, 0x20);
    r[i + 4] = _mm256_permute2f128_ps(low, high, 0x31);
  }
}

/** dst[j * dstStride + i] = src[i * srcStride + j] for 16 x 16 words; rows at or beyond `rows` count as zero. */
static SLUICE_INLINE void transposeWords(const uint32_t* src, size_t srcStride, int rows, uint32_t* dst, size_t dstStride) {
  for (size_t i0 = 0; i0 < 16; i0 += 8) {
    for (size_t j0 = 0; j0 < 16; j0 += 8) {
      __m256 r[8];
#pragma GCC unroll 8
      for (size_t i = 0; i < 8; i++) {
        r[i] = static_cast<int>(i0 + i) < rows ? _mm256_loadu_ps(reinterpret_cast<const float*>(src + (i0 + i) * srcStride + j0)) : zero();
      }
      transpose8(r);
#pragma GCC unroll 8
      for (size_t j = 0; j < 8; j++) _mm256_storeu_ps(reinterpret_cast<float*>(dst + (j0 + j) * dstStride + i0), r[j]);
    }
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
