// The bfloat16 multiplier of AVX512-BF16: 12 rows of A times a panel of B of 32 columns. One instruction multiplies pairs
// along k and adds them to a float, so A and B come in pairs: two neighbours of a row of A, two rows of B interleaved.

namespace sluice {
namespace SLUICE_ISA {

struct EngineBf16 {
  using T = bf16;
  static constexpr bool fast = true;
  static constexpr int KU = 2;
  static constexpr int KP = 2;
  static constexpr int MR = 12;
  static constexpr int NR = 32;
  static constexpr int KC = 192;  // groups: 384 elements, 24 KB of B
  // Rows a task takes: so many share a panel of B while it is in the first-level cache, and A fits in the second.
  static constexpr int forwardRows = 96;
  static constexpr int backwardRows = 96;
  static constexpr bool tiledLeft = false;
  static constexpr bool overlaps = false;

  static void multiply(const bf16* a, size_t row, size_t group, const bf16* b, int groups, float* c, size_t ldc,
                       bool accumulate, int rows) {
    pick<MR>(a, row, group, b, groups, c, ldc, accumulate, rows);
  }

 private:
  template <int R>
  static SLUICE_INLINE void pick(const bf16* a, size_t row, size_t group, const bf16* b, int groups, float* c, size_t ldc,
                                 bool accumulate, int rows) {
    if constexpr (R == 1) {
      tile<1>(a, row, group, b, groups, c, ldc, accumulate);
    } else if (rows == R) {
      tile<R>(a, row, group, b, groups, c, ldc, accumulate);
    } else {
      pick<R - 1>(a, row, group, b, groups, c, ldc, accumulate, rows);
    }
  }

  static SLUICE_INLINE __m512bh pair(const bf16* p) {
    int32_t word;
    __builtin_memcpy(&word, p, sizeof word);
    return (__m512bh)_mm512_set1_epi32(word);
  }

  template <int R>
  static void tile(const bf16* a, size_t row, size_t group, const bf16* b, int groups, float* c, size_t ldc,
                   bool accumulate) {
    __m512 sums[R][2];
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      float* at = c + static_cast<size_t>(i) * ldc;
      sums[i][0] = accumulate ? _mm512_loadu_ps(at) : _mm512_setzero_ps();
      sums[i][1] = accumulate ? _mm512_loadu_ps(at + 16) : _mm512_setzero_ps();
    }
    constexpr int P = (R + 2) / 3;
    const bf16* pointers[P];
    for (int i = 0; i < P; i++) pointers[i] = a + static_cast<size_t>(3 * i) * row;
#pragma GCC unroll 2
    for (int k = 0; k < groups; k++) {
      const __m512bh right0 = (__m512bh)_mm512_loadu_si512(b);
      const __m512bh right1 = (__m512bh)_mm512_loadu_si512(b + 32);
#pragma GCC unroll 16
      for (int i = 0; i < R; i++) {
        const __m512bh left = pair(pointers[i / 3] + static_cast<size_t>(i % 3) * row);
        sums[i][0] = _mm512_dpbf16_ps(sums[i][0], left, right0);
        sums[i][1] = _mm512_dpbf16_ps(sums[i][1], left, right1);
      }
      b += NR * KU;
#pragma GCC unroll 8
      for (int i = 0; i < P; i++) pointers[i] += group;
    }
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
      float* at = c + static_cast<size_t>(i) * ldc;
      _mm512_storeu_ps(at, sums[i][0]);
      _mm512_storeu_ps(at + 16, sums[i][1]);
    }
  }
};

}  // namespace SLUICE_ISA
}  // namespace sluice
