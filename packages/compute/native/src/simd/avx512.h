// Vectors of 16 floats with AVX-512 (F, BW, DQ, VL), and its bfloat16 conversions where the unit is compiled with them.
#include <immintrin.h>

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own headers initialise undefined vectors with themselves, and it warns of that when they are inlined.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace sluice {
namespace SLUICE_ISA {

using vf = __m512;
constexpr int W = 16;

static SLUICE_INLINE __mmask16 firstLanes(int n) { return static_cast<__mmask16>((1u << n) - 1u); }

static SLUICE_INLINE vf zero() { return _mm512_setzero_ps(); }
static SLUICE_INLINE vf set1(float x) { return _mm512_set1_ps(x); }
static SLUICE_INLINE vf load(const float* p) { return _mm512_loadu_ps(p); }
static SLUICE_INLINE vf load(const float* p, int n) { return _mm512_maskz_loadu_ps(firstLanes(n), p); }
static SLUICE_INLINE void store(float* p, vf v) { _mm512_storeu_ps(p, v); }
static SLUICE_INLINE void store(float* p, vf v, int n) { _mm512_mask_storeu_ps(p, firstLanes(n), v); }

static SLUICE_INLINE vf add(vf a, vf b) { return _mm512_add_ps(a, b); }
static SLUICE_INLINE vf sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
static SLUICE_INLINE vf mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
static SLUICE_INLINE vf div(vf a, vf b) { return _mm512_div_ps(a, b); }
static SLUICE_INLINE vf fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
static SLUICE_INLINE vf fnma(vf a, vf b, vf c) { return _mm512_fnmadd_ps(a, b, c); }
static SLUICE_INLINE vf max(vf a, vf b) { return _mm512_max_ps(a, b); }
static SLUICE_INLINE vf min(vf a, vf b) { return _mm512_min_ps(a, b); }
static SLUICE_INLINE vf sqrt(vf a) { return _mm512_sqrt_ps(a); }
static SLUICE_INLINE vf nearest(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/** a * 2^n for whole n. */
static SLUICE_INLINE vf scale2(vf a, vf n) { return _mm512_scalef_ps(a, n); }
/** a - floor(a). */
static SLUICE_INLINE vf fraction(vf a) { return _mm512_reduce_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
/** a * 2^floor(n), 0 where n is very low. */
static SLUICE_INLINE vf scaleDown2(vf a, vf n) { return _mm512_scalef_ps(a, n); }
/** 1/a to 14 bits. */
static SLUICE_INLINE vf roughReciprocal(vf a) { return _mm512_rcp14_ps(a); }
static SLUICE_INLINE float sum(vf a) { return _mm512_reduce_add_ps(a); }
static SLUICE_INLINE float maximum(vf a) { return _mm512_reduce_max_ps(a); }

/** Lanes below n from a, the others from b. */
static SLUICE_INLINE vf firstFrom(int n, vf a, vf b) { return _mm512_mask_blend_ps(firstLanes(n), b, a); }
/** Lanes whose bit is set keep a's value, the others become 0. */
static SLUICE_INLINE vf keepBitsOf(uint32_t bits, vf a) { return _mm512_maskz_mov_ps(static_cast<__mmask16>(bits), a); }

static SLUICE_INLINE vf widen(__m256i v) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(v), 16)); }
#if defined(__AVX512BF16__)
static SLUICE_INLINE __m256i narrow(vf v) { return (__m256i)_mm512_cvtneps_pbh(v); }
#else
static SLUICE_INLINE __m256i narrow(vf v) {
  // Round to nearest even; a NaN keeps its upper bits and is made quiet.
  const __m512i bits = _mm512_castps_si512(v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
  const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
  return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_blend_epi32(nan, rounded, quiet), 16));
}
#endif
static SLUICE_INLINE vf load(const bf16* p) { return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
static SLUICE_INLINE vf load(const bf16* p, int n) { return widen(_mm256_maskz_loadu_epi16(firstLanes(n), p)); }
static SLUICE_INLINE void store(bf16* p, vf v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), narrow(v)); }
static SLUICE_INLINE void store(bf16* p, vf v, int n) { _mm256_mask_storeu_epi16(p, firstLanes(n), narrow(v)); }

/** Two vectors side by side, past the caches if `past`: p is at the beginning of a line then. */
static SLUICE_INLINE void storeTwo(float* p, vf a, vf b, bool past) {
  if (past) {
    _mm512_stream_ps(p, a);
    _mm512_stream_ps(p + W, b);
  } else {
    store(p, a);
    store(p + W, b);
  }
}
static SLUICE_INLINE void storeTwo(bf16* p, vf a, vf b, bool past) {
  const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(narrow(a)), narrow(b), 1);
  if (past) _mm512_stream_si512(reinterpret_cast<__m512i*>(p), both);
  else _mm512_storeu_si512(p, both);
}
constexpr bool canStorePast = true;
/** Before another thread reads what was stored past the caches. */
static SLUICE_INLINE void finishStoringPast() { _mm_sfence(); }

/** out[2 * i] = a[i], out[2 * i + 1] = b[i], rounded: the pairs that a bfloat16 dot product multiplies. */
static SLUICE_INLINE void storePairs(bf16* out, vf a, vf b) {
  const __m512i low = _mm512_cvtepu16_epi32(narrow(a));
  const __m512i high = _mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow(b)), 16);
  _mm512_storeu_si512(out, _mm512_or_si512(low, high));
}

/** A 16 x 16 block of 32-bit words: rows to columns. */
static SLUICE_INLINE void transpose16(__m512i* r) {
  __m512i t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

/** dst[j * dstStride + i] = src[i * srcStride + j] for 16 x 16 words; rows at or beyond `rows` count as zero. */
static SLUICE_INLINE void transposeWords(const uint32_t* src, size_t srcStride, int rows, uint32_t* dst, size_t dstStride) {
  __m512i r[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) r[i] = i < rows ? _mm512_loadu_si512(src + static_cast<size_t>(i) * srcStride) : _mm512_setzero_si512();
  transpose16(r);
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) _mm512_storeu_si512(dst + static_cast<size_t>(i) * dstStride, r[i]);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
