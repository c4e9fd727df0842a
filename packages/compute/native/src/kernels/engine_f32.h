// The float multiplier: MR rows of A times one panel of B that is NV vectors wide, sums in registers.

namespace sluice {
namespace SLUICE_ISA {

struct EngineF32 {
  using T = float;
  static constexpr bool fast = false;
  static constexpr int KU = 1;  // elements along k that one instruction multiplies and sums
  static constexpr int KP = 1;  // k is padded with zeros to a multiple of this
  static constexpr int MR = SLUICE_F32_MR;
  static constexpr int NV = SLUICE_F32_NV;
  static constexpr int NR = NV * W;
  static constexpr int KC = 24576 / (NR * 4);  // a panel of B stays in the first-level cache
  // Rows a task takes: so many share a panel of B while it is in the first-level cache, and A fits in the second.
  static constexpr int forwardRows = 96;
  static constexpr int backwardRows = 96;
  static constexpr bool tiledLeft = false;      // A may come k by k as well as row by row
  static constexpr bool overlaps = false;

  /** c[rows, NR] (+)= a[rows, groups] * b[groups, NR]. Strides in elements. */
  static void multiply(const float* a, size_t row, size_t group, const float* b, int groups, float* c, size_t ldc,
                       bool accumulate, int rows) {
    pick<MR>(a, row, group, b, groups, c, ldc, accumulate, rows);
  }

 private:
  template <int R>
  static SLUICE_INLINE void pick(const float* a, size_t row, size_t group, const float* b, int groups, float* c, size_t ldc,
                                 bool accumulate, int rows) {
    if constexpr (R == 1) {
      tile<1>(a, row, group, b, groups, c, ldc, accumulate);
    } else if (rows == R) {
      tile<R>(a, row, group, b, groups, c, ldc, accumulate);
    } else {
      pick<R - 1>(a, row, group, b, groups, c, ldc, accumulate, rows);
    }
  }

  template <int R>
  static void tile(const float* a, size_t row, size_t group, const float* b, int groups, float* c, size_t ldc,
                   bool accumulate) {
    vf sums[R][NV];
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) sums[i][j] = accumulate ? load(c + static_cast<size_t>(i) * ldc + j * W) : zero();
    }
    // Three rows to a pointer: [p], [p + row], [p + 2 row] are addresses the processor forms for nothing.
    constexpr int P = (R + 2) / 3;
    const float* pointers[P];
    for (int i = 0; i < P; i++) pointers[i] = a + static_cast<size_t>(3 * i) * row;
#pragma GCC unroll 2
    for (int k = 0; k < groups; k++) {
      vf right[NV];
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) right[j] = load(b + j * W);
#pragma GCC unroll 16
      for (int i = 0; i < R; i++) {
        const vf left = set1(pointers[i / 3][static_cast<size_t>(i % 3) * row]);
#pragma GCC unroll 4
        for (int j = 0; j < NV; j++) sums[i][j] = fma(left, right[j], sums[i][j]);
      }
      b += NR;
#pragma GCC unroll 8
      for (int i = 0; i < P; i++) pointers[i] += group;
    }
#pragma GCC unroll 16
    for (int i = 0; i < R; i++) {
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) store(c + static_cast<size_t>(i) * ldc + j * W, sums[i][j]);
    }
  }
};

}  // namespace SLUICE_ISA
}  // namespace sluice
