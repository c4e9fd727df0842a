// AMX tiles under names of our own, and two stand-ins for processors with AVX512-BF16 only. With SLUICE_EMULATE_TILES tiles are
// arrays in memory and the dot product is plain C++, so that the kernels that use them can be tested. With SLUICE_MOVE_TILES=n what
// a tile holds is loaded and stored and nothing is multiplied, so that benchmarks/tiles.js can tell how long all the rest takes:
// n dependent multiplications stand for a dot product, and the results are wrong.
#include "../core/pool.h"

#if defined(SLUICE_EMULATE_TILES)

namespace sluice {
namespace SLUICE_ISA {

/** 16 rows of 64 bytes. */
struct EmulatedTile {
  alignas(64) unsigned char bytes[16][64];
};
static thread_local EmulatedTile emulatedTiles[8];

static inline void emulatedZero(int tile) { std::memset(&emulatedTiles[tile], 0, sizeof(EmulatedTile)); }
static inline void emulatedLoad(int tile, const void* from, size_t stride) {
  for (int i = 0; i < 16; i++) {
    std::memcpy(emulatedTiles[tile].bytes[i], static_cast<const unsigned char*>(from) + static_cast<size_t>(i) * stride, 64);
  }
}
static inline void emulatedStore(int tile, void* into, size_t stride) {
  for (int i = 0; i < 16; i++) {
    std::memcpy(static_cast<unsigned char*>(into) + static_cast<size_t>(i) * stride, emulatedTiles[tile].bytes[i], 64);
  }
}
static inline float emulatedWiden(const unsigned char* p) {
  uint16_t half;
  std::memcpy(&half, p, sizeof half);
  const uint32_t bits = static_cast<uint32_t>(half) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
/** c[m][n] += a[m][2k] * b[k][2n] + a[m][2k + 1] * b[k][2n + 1] */
static inline void emulatedDot(int c, int a, int b) {
  for (int m = 0; m < 16; m++) {
    for (int n = 0; n < 16; n++) {
      float sum;
      std::memcpy(&sum, &emulatedTiles[c].bytes[m][4 * n], sizeof sum);
      for (int k = 0; k < 16; k++) {
        for (int u = 0; u < 2; u++) {
          sum += emulatedWiden(&emulatedTiles[a].bytes[m][4 * k + 2 * u]) * emulatedWiden(&emulatedTiles[b].bytes[k][4 * n + 2 * u]);
        }
      }
      std::memcpy(&emulatedTiles[c].bytes[m][4 * n], &sum, sizeof sum);
    }
  }
}
static inline void configureTiles() {}

}  // namespace SLUICE_ISA
}  // namespace sluice

#define SLUICE_TILE_ZERO(tile) emulatedZero(tile)
#define SLUICE_TILE_LOAD(tile, from, stride) emulatedLoad(tile, from, stride)
#define SLUICE_TILE_STORE(tile, into, stride) emulatedStore(tile, into, stride)
#define SLUICE_TILE_DOT(c, a, b) emulatedDot(c, a, b)

#elif defined(SLUICE_MOVE_TILES)

namespace sluice {
namespace SLUICE_ISA {

static SLUICE_INLINE void moveIn(const void* from, size_t stride) {
  const char* row = static_cast<const char*>(from);
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; i++) __asm__ volatile("vmovups (%0), %%zmm31" : : "r"(row + i * stride) : "xmm31", "memory");
}
static SLUICE_INLINE void moveOut(void* into, size_t stride) {
  char* row = static_cast<char*>(into);
  __asm__ volatile("vpxord %%zmm30, %%zmm30, %%zmm30" : : : "xmm30");
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; i++) __asm__ volatile("vmovups %%zmm30, (%0)" : : "r"(row + i * stride) : "memory");
}
static SLUICE_INLINE void passTime() {
#pragma GCC unroll 64
  for (int i = 0; i < SLUICE_MOVE_TILES; i++) __asm__ volatile("vpmuludq %%xmm29, %%xmm29, %%xmm29" : : : "xmm29");
}
static SLUICE_INLINE void configureTiles() {}

}  // namespace SLUICE_ISA
}  // namespace sluice

#define SLUICE_TILE_ZERO(tile) (void)0
#define SLUICE_TILE_LOAD(tile, from, stride) moveIn(from, stride)
#define SLUICE_TILE_STORE(tile, into, stride) moveOut(into, stride)
#define SLUICE_TILE_DOT(c, a, b) passTime()

#else

namespace sluice {
namespace SLUICE_ISA {

/** The lease for which this thread has configured its tiles: other libraries of the process may have done so since. */
static thread_local uint64_t configuredFor __attribute__((tls_model("initial-exec"))) = 0;

/** All eight tiles: 16 rows of 64 bytes. */
static SLUICE_INLINE void configureTiles() {
  const uint64_t lease = leaseNumber();
  if (configuredFor == lease) return;
  configuredFor = lease;
  alignas(64) struct {
    uint8_t palette, start, reserved[14];
    uint16_t rowBytes[16];
    uint8_t rows[16];
  } config;
  std::memset(&config, 0, sizeof config);
  config.palette = 1;
  for (int i = 0; i < 8; i++) {
    config.rowBytes[i] = 64;
    config.rows[i] = 16;
  }
  // GCC 12 does not see that the instruction reads the structure, and would drop the stores.
  __asm__ volatile("" : : "r"(&config) : "memory");
  _tile_loadconfig(&config);
}

}  // namespace SLUICE_ISA
}  // namespace sluice

#define SLUICE_TILE_ZERO(tile) _tile_zero(tile)
#define SLUICE_TILE_LOAD(tile, from, stride) _tile_loadd(tile, from, stride)
#define SLUICE_TILE_STORE(tile, into, stride) _tile_stored(tile, into, stride)
#define SLUICE_TILE_DOT(c, a, b) _tile_dpbf16ps(c, a, b)

#endif
