// The bfloat16 multiplier of AMX: a block of 32 x 32 sums in four tiles, so that each tile of A and of B that is loaded is
// used twice. B has the layout of the AVX512-BF16 multiplier (pairs of k interleaved); A is read row by row where it lies, or, as
// packed, tile by tile: 16 rows of one line each, so that packing writes and multiplying reads whole kilobytes.
#include "tiles.h"

namespace sluice {
namespace SLUICE_ISA {

struct EngineBf16 {
  using T = bf16;
  static constexpr bool fast = true;
  static constexpr int KU = 2;
  static constexpr int KP = 32;  // the depth of a tile
  static constexpr int MR = 32;
  static constexpr int NR = 32;
  static constexpr int KC = 192;  // groups: 384 elements, 24 KB of B
  // Rows a task takes: so many share a panel of B while it is in the first-level cache, and A fits in the second.
  static constexpr int forwardRows = 256;
  static constexpr int backwardRows = 128;
  static constexpr bool tiledLeft = true;
  /** While tiles are multiplied the vector units are free: multiply() calls between(step, steps) after each step along k. */
  static constexpr bool overlaps = true;

  static void multiply(const bf16* a, size_t row, size_t group, const bf16* b, int groups, float* c, size_t ldc, bool accumulate,
                       int rows) {
    multiply(a, row, group, b, groups, c, ldc, accumulate, rows, [](int, int) {});
  }

  template <class Between>
  static SLUICE_INLINE void multiply(const bf16* a, size_t row, size_t group, const bf16* b, int groups, float* c, size_t ldc,
                                     bool accumulate, int rows, const Between& between) {
    configureTiles();
    if (rows == MR) {
      block(a, row, group * (KP / KU), b, groups, c, ldc, accumulate, between);
      return;
    }
    between(0, 1);
    edge(a, row, group, b, groups, c, ldc, accumulate, rows);
  }

  /** A tile of a packed left operand from its columns, 16 x 16 words src[i * 16 + j]; past the caches if `past`. */
  static SLUICE_INLINE void turn(const bf16* src, bf16* dst, bool past) {
    __m512i r[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) r[i] = _mm512_load_si512(src + i * KP);
    transpose16(r);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
      if (past) _mm512_stream_si512(reinterpret_cast<__m512i*>(dst + i * KP), r[i]);
      else _mm512_store_si512(dst + i * KP, r[i]);
    }
  }

 private:
  static void edge(const bf16* a, size_t row, size_t group, const bf16* b, int groups, float* c, size_t ldc, bool accumulate,
                   int rows) {
    // Rows that do not exist are zeros, and their sums stay here.
    alignas(64) float sums[MR * NR];
    alignas(64) bf16 left[MR * KP];
    for (int i = 0; i < MR; i++) {
      for (int j = 0; j < NR; j += W) {
        const bool there = accumulate && i < rows;
        store(sums + i * NR + j, there ? load(c + static_cast<size_t>(i) * ldc + j) : zero());
      }
    }
    std::memset(left, 0, sizeof left);
    for (int g = 0; g < groups; g += KP / KU) {
      const bf16* from = a + static_cast<size_t>(g) * group;
      for (int i = 0; i < rows; i++) std::memcpy(left + i * KP, from + static_cast<size_t>(i) * row, KP * sizeof(bf16));
      block(left, KP, KP, b + g * NR * KU, KP / KU, sums, NR, true, [](int, int) {});
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < NR; j += W) store(c + static_cast<size_t>(i) * ldc + j, load(sums + i * NR + j));
    }
  }

  /** Rows of A are `row` elements apart, its tiles along k `tile`. */
  template <class Between>
  static SLUICE_INLINE void block(const bf16* a, size_t row, size_t tile, const bf16* b, int groups, float* c, size_t ldc,
                                  bool accumulate, const Between& between) {
    const size_t strideA = row * sizeof(bf16), strideB = NR * KU * sizeof(bf16), strideC = ldc * sizeof(float);
    const bf16* lower = a + 16 * row;
    float* below = c + 16 * ldc;
    if (accumulate) {
      SLUICE_TILE_LOAD(0, c, strideC);
      SLUICE_TILE_LOAD(1, c + 16, strideC);
      SLUICE_TILE_LOAD(2, below, strideC);
      SLUICE_TILE_LOAD(3, below + 16, strideC);
    } else {
      SLUICE_TILE_ZERO(0);
      SLUICE_TILE_ZERO(1);
      SLUICE_TILE_ZERO(2);
      SLUICE_TILE_ZERO(3);
    }
    const int steps = groups / (KP / KU);
    for (int step = 0; step < steps; step++) {
      SLUICE_TILE_LOAD(4, a, strideA);
      SLUICE_TILE_LOAD(6, b, strideB);
      SLUICE_TILE_LOAD(7, b + 16 * KU, strideB);
      SLUICE_TILE_DOT(0, 4, 6);
      SLUICE_TILE_DOT(1, 4, 7);
      SLUICE_TILE_LOAD(5, lower, strideA);
      SLUICE_TILE_DOT(2, 5, 6);
      SLUICE_TILE_DOT(3, 5, 7);
      a += tile;
      lower += tile;
      b += KP * NR;
      between(step, steps);
    }
    SLUICE_TILE_STORE(0, c, strideC);
    SLUICE_TILE_STORE(1, c + 16, strideC);
    SLUICE_TILE_STORE(2, below, strideC);
    SLUICE_TILE_STORE(3, below + 16, strideC);
  }
};

}  // namespace SLUICE_ISA
}  // namespace sluice
