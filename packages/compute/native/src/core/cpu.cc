#include "cpu.h"

#include <cstdlib>
#include <cstring>
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define SLUICE_X86 1
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace sluice {

extern const KernelTable kernelsPortable;
#if defined(SLUICE_X86)
extern const KernelTable kernelsAvx2, kernelsAvx512;
#if defined(SLUICE_BUILD_AVX512BF16)
extern const KernelTable kernelsAvx512Bf16;
#endif
#if defined(SLUICE_BUILD_AMX)
extern const KernelTable kernelsAmx;
#endif
#endif
#if defined(__aarch64__)
extern const KernelTable kernelsNeon;
#endif

namespace {

#if defined(SLUICE_X86)
struct Features {
  bool avx2 = false, avx512 = false, bf16 = false, amx = false;

  Features() {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit(27))) return;  // OSXSAVE
    const bool fma = c & bit(12);
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    const bool ymm = (low & 0x6) == 0x6, zmm = (low & 0xe6) == 0xe6, tiles = (low & 0x60000) == 0x60000;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2 = ymm && fma && (b & bit(5));
    avx512 = avx2 && zmm && (b & bit(16)) && (b & bit(17)) && (b & bit(30)) && (b & bit(31));  // F, DQ, BW, VL
    const bool tileUnit = (d & bit(24)) && (d & bit(22));                                       // AMX-TILE, AMX-BF16
    if (!__get_cpuid_count(7, 1, &a, &b, &c, &d)) return;
    bf16 = avx512 && (a & bit(5));
#if defined(SLUICE_EMULATE_TILES) || defined(SLUICE_MOVE_TILES)
    amx = bf16;
#else
    amx = bf16 && tiles && tileUnit && permitted();
#endif
  }

 private:
  static constexpr unsigned bit(int n) { return 1u << n; }

  /** Linux gives a process the tiles' 8 KB of state for each thread only if it asks. */
  static bool permitted() {
#if defined(__linux__)
    constexpr long request = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, request, tileData) == 0;
#else
    return true;
#endif
  }
};
#endif

}  // namespace

int availableTables(const KernelTable** tables, int room) {
  int count = 0;
  const auto add = [&](const KernelTable& table) {
    if (count < room) tables[count++] = &table;
  };
#if defined(SLUICE_X86)
  static const Features features;
#if defined(SLUICE_BUILD_AMX)
  if (features.amx) add(kernelsAmx);
#endif
#if defined(SLUICE_BUILD_AVX512BF16)
  if (features.bf16) add(kernelsAvx512Bf16);
#endif
  if (features.avx512) add(kernelsAvx512);
  if (features.avx2) add(kernelsAvx2);
#endif
#if defined(__aarch64__)
  add(kernelsNeon);
#endif
  add(kernelsPortable);
  return count;
}

const KernelTable* tableNamed(const char* name) {
  const KernelTable* tables[8];
  const int count = availableTables(tables, 8);
  for (int i = 0; i < count; i++) {
    if (std::strcmp(tables[i]->name, name) == 0) return tables[i];
  }
  return nullptr;
}

const KernelTable* chosenTable() {
  const char* asked = std::getenv("SLUICE_ISA");
  if (asked && *asked) return tableNamed(asked);
  const KernelTable* tables[8];
  availableTables(tables, 8);
  return tables[0];
}

}  // namespace sluice
