// Pairs of bfloat16 that lie in one word, as floats: W first ones, W second ones. Exact.

namespace sluice {
namespace SLUICE_ISA {

#if defined(__AVX512F__)
static SLUICE_INLINE void loadPairs(const bf16* p, vf& first, vf& second) {
  const __m512i words = _mm512_loadu_si512(p);
  first = _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
  second = _mm512_castsi512_ps(_mm512_and_si512(words, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
}
#elif defined(__AVX2__)
static SLUICE_INLINE void loadPairs(const bf16* p, vf& first, vf& second) {
  const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  first = _mm256_castsi256_ps(_mm256_slli_epi32(words, 16));
  second = _mm256_castsi256_ps(_mm256_and_si256(words, _mm256_set1_epi32(static_cast<int>(0xffff0000u))));
}
#else
static SLUICE_INLINE void loadPairs(const bf16* p, vf& first, vf& second) {
  uint32_t low[W], high[W];
  float a[W], b[W];
  for (int i = 0; i < W; i++) {
    low[i] = static_cast<uint32_t>(p[2 * i].bits) << 16;
    high[i] = static_cast<uint32_t>(p[2 * i + 1].bits) << 16;
  }
  std::memcpy(a, low, sizeof a);
  std::memcpy(b, high, sizeof b);
  first = load(a);
  second = load(b);
}
#endif

}  // namespace SLUICE_ISA
}  // namespace sluice
