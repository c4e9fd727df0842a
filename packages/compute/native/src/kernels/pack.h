// Packing: from a matrix as it lies to what the multipliers read. A source is asked for vectors of a row:
// source(row, column, lanes); what lies outside it reads as zero.

namespace sluice {
namespace SLUICE_ISA {

/** A matrix in memory. */
template <class S> struct Matrix {
  const S* data;
  size_t ld;
  template <class Lanes> SLUICE_INLINE vf operator()(int64_t row, int64_t column, Lanes lanes) const {
    return load(data + static_cast<size_t>(row) * ld + static_cast<size_t>(column), lanes);
  }
};

/** The product of two matrices, element by element: a gradient times the slope of the activation. */
template <class S, class R> struct Product {
  Matrix<S> a;
  Matrix<R> b;
  template <class Lanes> SLUICE_INLINE vf operator()(int64_t row, int64_t column, Lanes lanes) const {
    return mul(a(row, column, lanes), b(row, column, lanes));
  }
};

/** Each row times its factor. */
template <class S> struct ScaledRows {
  Matrix<S> a;
  const float* factors;
  template <class Lanes> SLUICE_INLINE vf operator()(int64_t row, int64_t column, Lanes lanes) const {
    return mul(a(row, column, lanes), set1(factors[row]));
  }
};

/** Row by row: dst[i * ld + j], columns up to `padded` are zero. */
template <class T, class Source>
static void packRows(const Source& source, int64_t row0, int64_t rows, int64_t columns, int64_t padded, T* dst, size_t ld) {
  for (int64_t i = 0; i < rows; i++) {
    T* out = dst + static_cast<size_t>(i) * ld;
    forLanes(columns, [&](int64_t j, auto lanes) { store(out + j, source(row0 + i, j, lanes), lanes); });
    for (int64_t j = columns; j < padded; j++) out[j] = T{};
  }
}


#if defined(SLUICE_HAS_BF16)
template <class Lanes> static SLUICE_INLINE __m256i loadBits(const bf16* p, Lanes lanes) {
  if (lanes.count == W) return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return _mm256_maskz_loadu_epi16(firstLanes(lanes.count), p);
}

/** Two rows of a source, interleaved: 16 pairs. */
template <class Source, class Lanes>
static SLUICE_INLINE __m512i pairsOf(const Source& source, int64_t row, bool second, int64_t column, Lanes lanes) {
  const vf a = source(row, column, lanes);
  const vf b = second ? source(row + 1, column, lanes) : zero();
  return _mm512_or_si512(_mm512_cvtepu16_epi32(narrow(a)), _mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow(b)), 16));
}
template <class Lanes>
static SLUICE_INLINE __m512i pairsOf(const Matrix<bf16>& source, int64_t row, bool second, int64_t column, Lanes lanes) {
  const bf16* p = source.data + static_cast<size_t>(row) * source.ld + static_cast<size_t>(column);
  const __m512i a = _mm512_cvtepu16_epi32(loadBits(p, lanes));
  if (!second) return a;
  return _mm512_or_si512(a, _mm512_slli_epi32(_mm512_cvtepu16_epi32(loadBits(p + source.ld, lanes)), 16));
}
#endif

template <class E, class Source, class Lanes>
static SLUICE_INLINE void storeGroup(const Source& source, int64_t row, int64_t rowEnd, int64_t column, Lanes lanes,
                                     typename E::T* dst, int words) {
  if constexpr (E::KU == 1) {
    const vf v = row < rowEnd ? source(row, column, lanes) : zero();
    if (words == W) store(dst, v);
    else store(dst, v, words);
  } else {
#if defined(SLUICE_HAS_BF16)
    const __m512i v =
        row < rowEnd ? pairsOf(source, row, row + 1 < rowEnd, column, lanes) : _mm512_setzero_si512();
    if (words == W) _mm512_storeu_si512(dst, v);
    else _mm512_mask_storeu_epi32(dst, firstLanes(words), v);
#endif
  }
}

/**
 * A panel of B from a source whose rows run along k: columns [column, column + NR) of rows [row0, row0 + rows), to `groups`
 * groups, zeros beyond `rows` and `columns`.
 */
template <class E, class Source>
static void packPanel(const Source& source, int64_t row0, int64_t rows, int64_t column, int64_t columns, int64_t groups,
                      typename E::T* dst) {
  for (int64_t g = 0; g < groups; g++) {
    const int64_t row = row0 + g * E::KU;
    for (int j = 0; j < E::NR; j += W) {
      auto* at = dst + (g * E::NR + j) * E::KU;
      const int64_t left = columns - column - j;
      if (left >= W) storeGroup<E>(source, row, row0 + rows, column + j, Full{}, at, W);
      else if (left > 0) storeGroup<E>(source, row, row0 + rows, column + j, Part{static_cast<int>(left)}, at, W);
      else storeGroup<E>(source, row0 + rows, row0 + rows, 0, Full{}, at, W);
    }
  }
}

/**
 * A panel of B from a source whose rows run along n (the transposed matrix): rows [row0, row0 + NR) of `rows`, `columns`
 * elements along k. 16 x 16 words at a time.
 */
template <class E, class Source>
static void packPanelTransposed(const Source& source, int64_t row0, int64_t rows, int64_t columns, int64_t groups,
                                typename E::T* dst) {
  alignas(64) typename E::T block[16 * 16 * E::KU];
  for (int64_t n = 0; n < E::NR; n += 16) {
    const int width = static_cast<int>(smaller<int64_t>(16, E::NR - n));
    const int64_t present = larger<int64_t>(0, smaller<int64_t>(width, rows - row0 - n));
    for (int64_t g = 0; g < groups; g += 16) {
      const int64_t k = g * E::KU;
      const int64_t depth = larger<int64_t>(0, smaller<int64_t>(16 * E::KU, columns - k));
      for (int64_t i = 0; i < present; i++) {
        auto* row = block + i * 16 * E::KU;
        forLanes(depth, [&](int64_t j, auto lanes) { store(row + j, source(row0 + n + i, k + j, lanes), lanes); });
        for (int64_t j = depth; j < 16 * E::KU; j++) row[j] = {};
      }
      const int64_t last = smaller<int64_t>(16, groups - g);
      if (last == 16 && width == 16) {
        transposeWords(reinterpret_cast<const uint32_t*>(block), 16, static_cast<int>(present),
                       reinterpret_cast<uint32_t*>(dst + (g * E::NR + n) * E::KU), E::NR);
        continue;
      }
      for (int64_t i = 0; i < last; i++) {
        for (int64_t j = 0; j < width; j++) {
          for (int u = 0; u < E::KU; u++) {
            dst[((g + i) * E::NR + n + j) * E::KU + u] = j < present ? block[(j * 16 + i) * E::KU + u] : typename E::T{};
          }
        }
      }
    }
  }
}

/** Elements that packTransposed() writes for a matrix of `columns` columns and `depth` rows. */
template <class E> static SLUICE_INLINE size_t transposedSize(int64_t columns, int64_t depth) {
  return static_cast<size_t>(roundUp(columns, int64_t{E::MR}) * depth) + 64;
}

/**
 * The left operand Aᵀ from a source whose rows run along k: rows [row0, row0 + rows) become the elements [at, at + padded) of
 * k, of `depth`. The multiplier's tile is MR columns of the source.
 */
template <class E, class Source>
static void packTransposed(const Source& source, int64_t row0, int64_t rows, int64_t padded, int64_t columns, int64_t at,
                           int64_t depth, typename E::T* dst) {
  if constexpr (E::rowsOnly) {
    alignas(64) typename E::T block[16 * 16 * E::KU];
    const int64_t groups = padded / E::KU;
    for (int64_t column = 0; column < roundUp(columns, int64_t{E::MR}); column += 16) {
      const int64_t left = columns - column;
      for (int64_t g = 0; g < groups; g += 16) {
        for (int64_t i = 0; i < 16; i++) {
          const int64_t row = row0 + (g + i) * E::KU;
          auto* words = block + i * 16 * E::KU;
          if (left >= W) storeGroup<E>(source, row, row0 + rows, column, Full{}, words, W);
          else if (left > 0) storeGroup<E>(source, row, row0 + rows, column, Part{static_cast<int>(left)}, words, W);
          else storeGroup<E>(source, row0 + rows, row0 + rows, 0, Full{}, words, W);
        }
        transposeWords(reinterpret_cast<const uint32_t*>(block), 16, 16,
                       reinterpret_cast<uint32_t*>(dst + column * depth + at + g * E::KU),
                       static_cast<size_t>(depth / E::KU));
      }
    }
  } else {
    const int64_t groups = padded / E::KU;
    for (int64_t column = 0; column < columns; column += E::MR) {
      auto* panel = dst + column * depth + at / E::KU * (E::MR * E::KU);
      for (int64_t g = 0; g < groups; g++) {
        const int64_t row = row0 + g * E::KU;
        for (int j = 0; j < E::MR; j += W) {
          // A store of a whole vector may run over the group's end into the next one, which is written after it; but what
          // follows the last group may be another thread's.
          const int words = g + 1 < groups ? W : smaller(W, E::MR - j);
          const int64_t left = columns - column - j;
          auto* to = panel + (g * E::MR + j) * E::KU;
          if (left >= W) storeGroup<E>(source, row, row0 + rows, column + j, Full{}, to, words);
          else if (left > 0) storeGroup<E>(source, row, row0 + rows, column + j, Part{static_cast<int>(left)}, to, words);
          else storeGroup<E>(source, row0 + rows, row0 + rows, 0, Full{}, to, words);
        }
      }
    }
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
