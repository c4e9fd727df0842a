// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC11), the same bits as the
// pipeline's TypeScript: number i of a stream is word i % 4 of the block with counter (i / 4, name) and the seed as key.
#pragma once
#include "types.h"

namespace sluice {

/** `lanes` consecutive blocks at once, in loops over lanes that the compiler turns into vector code. */
template <int lanes> static inline void philoxBlocks(const Random& random, uint64_t block, uint32_t (*words)[lanes]) {
  uint32_t c0[lanes], c1[lanes], c2[lanes], c3[lanes];
  for (int l = 0; l < lanes; l++) {
    const uint64_t counter = block + static_cast<uint64_t>(l);
    c0[l] = static_cast<uint32_t>(counter);
    c1[l] = static_cast<uint32_t>(counter >> 32);
    c2[l] = random.name[0];
    c3[l] = random.name[1];
  }
  uint32_t k0 = random.key[0], k1 = random.key[1];
  for (int round = 0; round < 10; round++) {
    for (int l = 0; l < lanes; l++) {
      const uint64_t p0 = uint64_t{0xd2511f53} * c0[l];
      const uint64_t p1 = uint64_t{0xcd9e8d57} * c2[l];
      c0[l] = static_cast<uint32_t>(p1 >> 32) ^ c1[l] ^ k0;
      c1[l] = static_cast<uint32_t>(p1);
      c2[l] = static_cast<uint32_t>(p0 >> 32) ^ c3[l] ^ k1;
      c3[l] = static_cast<uint32_t>(p0);
    }
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  for (int l = 0; l < lanes; l++) {
    words[0][l] = c0[l];
    words[1][l] = c1[l];
    words[2][l] = c2[l];
    words[3][l] = c3[l];
  }
}

/** uniform(i) >= rate, with uniform(i) = (word >> 8) / 2^24, is (word >> 8) >= this. */
static inline uint32_t keepThreshold(double rate) {
  const double scaled = rate * 16777216.0;
  const double whole = static_cast<double>(static_cast<uint32_t>(scaled));
  return static_cast<uint32_t>(whole) + (scaled > whole ? 1u : 0u);
}

/** Bit j of the result: element `index + j` of the stream is kept. For 64 elements. */
static inline uint64_t keepBits(const Random& random, uint64_t index, uint32_t threshold) {
  constexpr int lanes = 16;
  uint32_t words[4][lanes];
  const uint64_t first = random.offset + index;
  const int shift = static_cast<int>(first & 3);
  const auto group = [&](uint64_t block) {
    philoxBlocks<lanes>(random, block, words);
    uint64_t bits = 0;
    for (int l = 0; l < lanes; l++) {
      uint64_t nibble = 0;
      for (int w = 0; w < 4; w++) nibble |= static_cast<uint64_t>((words[w][l] >> 8) >= threshold) << w;
      bits |= nibble << (4 * l);
    }
    return bits;
  };
  const uint64_t low = group(first >> 2);
  if (shift == 0) return low;
  return low >> shift | group((first >> 2) + lanes) << (64 - shift);
}

}  // namespace sluice
