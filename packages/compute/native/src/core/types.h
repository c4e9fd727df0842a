// The few types every part of the addon shares.
#pragma once
#include <cstddef>
#include <cstdint>

// The kernels are compiled once per instruction set: nothing that they share may be emitted as a symbol the linker merges, or
// the copy that uses the newest instructions could be the one that everybody runs. Shared helpers are static or this:
#if defined(_MSC_VER)
#define SLUICE_INLINE __forceinline
#else
#define SLUICE_INLINE inline __attribute__((always_inline))
#endif

namespace sluice {

/** A bfloat16 in memory: the upper half of a float's bits. */
struct bf16 {
  uint16_t bits;
};

enum class Type : uint8_t { f32, bf16 };

/** Numbers in memory that are either float or bfloat16. */
struct Array {
  void* data = nullptr;
  Type type = Type::f32;
  explicit operator bool() const { return data != nullptr; }
};

/** Where a random stream stands; the words are those of the pipeline's RandomStream. */
struct Random {
  uint32_t key[2] = {0, 0};
  uint32_t name[2] = {0, 0};
  uint64_t offset = 0;
};

template <class Int> static constexpr Int divideUp(Int a, Int b) { return (a + b - 1) / b; }
template <class Int> static constexpr Int roundUp(Int a, Int b) { return divideUp(a, b) * b; }
template <class Int> static constexpr Int smaller(Int a, Int b) { return a < b ? a : b; }
template <class Int> static constexpr Int larger(Int a, Int b) { return a > b ? a : b; }

}  // namespace sluice
