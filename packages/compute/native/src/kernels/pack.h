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
static SLUICE_INLINE __m256i loadBits(const bf16* p, Full) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
static SLUICE_INLINE __m256i loadBits(const bf16* p, Part part) { return _mm256_maskz_loadu_epi16(firstLanes(part.count), p); }

/** Words 0 to 15 of a and of b in turns (first), or 16 to 31. */
static SLUICE_INLINE __m512i interleave(__m512i a, __m512i b, bool first) {
  const __m512i even = _mm512_setr_epi32(0x200000, 0x210001, 0x220002, 0x230003, 0x240004, 0x250005, 0x260006, 0x270007,
                                         0x280008, 0x290009, 0x2a000a, 0x2b000b, 0x2c000c, 0x2d000d, 0x2e000e, 0x2f000f);
  const __m512i offset = _mm512_set1_epi32(0x100010);
  return _mm512_permutex2var_epi16(a, first ? even : _mm512_add_epi32(even, offset), b);
}

/** Two rows of a source, interleaved: 16 pairs, which a bfloat16 dot product multiplies. */
template <class Source, class Lanes>
static SLUICE_INLINE __m512i pairsOf(const Source& source, int64_t row, bool second, int64_t column, Lanes lanes) {
  const vf a = source(row, column, lanes);
  const vf b = second ? source(row + 1, column, lanes) : zero();
  const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(b, a);
  const __m512i turns = _mm512_setr_epi32(0x100000, 0x110001, 0x120002, 0x130003, 0x140004, 0x150005, 0x160006, 0x170007,
                                          0x180008, 0x190009, 0x1a000a, 0x1b000b, 0x1c000c, 0x1d000d, 0x1e000e, 0x1f000f);
  return _mm512_permutexvar_epi16(turns, both);
}
template <class Lanes>
static SLUICE_INLINE __m512i pairsOf(const Matrix<bf16>& source, int64_t row, bool second, int64_t column, Lanes lanes) {
  const bf16* p = source.data + static_cast<size_t>(row) * source.ld + static_cast<size_t>(column);
  const __m512i a = _mm512_castsi256_si512(loadBits(p, lanes));
  const __m512i b = second ? _mm512_castsi256_si512(loadBits(p + source.ld, lanes)) : _mm512_setzero_si512();
  return interleave(a, b, true);
}
#endif

template <int KU> struct GroupWords {
  using Type = vf;
};
#if defined(SLUICE_HAS_BF16)
template <> struct GroupWords<2> {
  using Type = __m512i;
};
#endif

/** KU rows of a source from `row` on, at the columns [column, column + W), as one group of k; rows from rowEnd on are zero. */
template <class E> struct Group {
  using Words = typename GroupWords<E::KU>::Type;

  template <class Source, class Lanes>
  static SLUICE_INLINE Words of(const Source& source, int64_t row, int64_t rowEnd, int64_t column, Lanes lanes) {
    if (row >= rowEnd) return none();
    if constexpr (E::KU == 1) {
      return source(row, column, lanes);
    } else {
#if defined(SLUICE_HAS_BF16)
      return pairsOf(source, row, row + 1 < rowEnd, column, lanes);
#endif
    }
  }
  static SLUICE_INLINE Words none() {
    if constexpr (E::KU == 1) {
      return zero();
    } else {
#if defined(SLUICE_HAS_BF16)
      return _mm512_setzero_si512();
#endif
    }
  }
  /** The same where `left` columns are left of the matrix, perhaps none or more than W. */
  template <class Source>
  static SLUICE_INLINE Words at(const Source& source, int64_t row, int64_t rowEnd, int64_t column, int64_t left) {
    if (left >= W) return of(source, row, rowEnd, column, Full{});
    if (left <= 0) return none();
    return of(source, row, rowEnd, column, Part{static_cast<int>(left)});
  }
  static SLUICE_INLINE void put(typename E::T* dst, Words words) {
    if constexpr (E::KU == 1) {
      store(dst, words);
    } else {
#if defined(SLUICE_HAS_BF16)
      _mm512_storeu_si512(dst, words);
#endif
    }
  }
  static SLUICE_INLINE void put(typename E::T* dst, Words words, int count) {
    if constexpr (E::KU == 1) {
      store(dst, words, count);
    } else {
#if defined(SLUICE_HAS_BF16)
      _mm512_mask_storeu_epi32(dst, firstLanes(count), words);
#endif
    }
  }
  /** sum + the group's rows. */
  static SLUICE_INLINE vf addTo(vf sum, Words words) {
    if constexpr (E::KU == 1) {
      return add(sum, words);
    } else {
#if defined(SLUICE_HAS_BF16)
      return _mm512_dpbf16_ps(sum, (__m512bh)words, (__m512bh)_mm512_set1_epi32(0x3f803f80));
#endif
    }
  }
};

/**
 * A panel of B from a source whose rows run along k: columns [column, column + NR) of rows [row0, row0 + rows), to `groups`
 * groups, zeros beyond `rows` and `columns`. With `sums`, the columns' sums are added to it, which costs next to nothing here.
 */
template <class E, class Source>
static void packPanel(const Source& source, int64_t row0, int64_t rows, int64_t column, int64_t columns, int64_t groups,
                      typename E::T* dst, float* sums = nullptr) {
  vf totals[E::NR / W];
  for (vf& total : totals) total = zero();
  int64_t g = 0;
#if defined(SLUICE_HAS_BF16)
  if constexpr (E::KU == 2 && std::is_same_v<Source, Matrix<bf16>>) {
    if (columns - column >= E::NR) {
      static_assert(E::NR == 32, "two vectors a row");
      const bf16* from = source.data + static_cast<size_t>(row0) * source.ld + static_cast<size_t>(column);
      for (; g < rows / 2; g++) {
        const __m512i a = _mm512_loadu_si512(from), b = _mm512_loadu_si512(from + source.ld);
        const __m512i low = interleave(a, b, true), high = interleave(a, b, false);
        _mm512_storeu_si512(dst, low);
        _mm512_storeu_si512(dst + 32, high);
        totals[0] = Group<E>::addTo(totals[0], low);
        totals[1] = Group<E>::addTo(totals[1], high);
        from += 2 * source.ld;
        dst += E::NR * E::KU;
      }
    }
  }
#endif
  for (; g < groups; g++) {
    const int64_t row = row0 + g * E::KU;
    for (int j = 0; j < E::NR; j += W) {
      const auto words = Group<E>::at(source, row, row0 + rows, column + j, columns - column - j);
      Group<E>::put(dst + j * E::KU, words);
      totals[j / W] = Group<E>::addTo(totals[j / W], words);
    }
    dst += E::NR * E::KU;
  }
  if (!sums) return;
  for (int j = 0; j < E::NR; j += W) {
    const int64_t left = columns - column - j;
    if (left >= W) store(sums + j, add(load(sums + j), totals[j / W]));
    else if (left > 0) {
      const int some = static_cast<int>(left);
      store(sums + j, add(load(sums + j, some), totals[j / W]), some);
    }
  }
}

/**
 * All panels of B, `pitch` elements apart, for rows [row0, row0 + rows) of a source, which become the elements
 * [at, at + padded) of k. With `sums`, the columns' sums are added to it.
 */
template <class E, class Source>
static void packPanels(const Source& source, int64_t row0, int64_t rows, int64_t padded, int64_t columns, int64_t at,
                       size_t pitch, typename E::T* dst, float* sums = nullptr) {
  for (int64_t column = 0; column < columns; column += E::NR) {
    packPanel<E>(source, row0, rows, column, columns, padded / E::KU,
                 dst + static_cast<size_t>(column / E::NR) * pitch + at * E::NR, sums ? sums + column : nullptr);
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
      const int64_t last = smaller<int64_t>(16, groups - g);
      if constexpr (std::is_same_v<Source, Matrix<typename E::T>>) {
        // Rows that are as the multiplier wants them need not be copied first.
        if (depth == 16 * E::KU && last == 16 && width == 16 && source.ld % E::KU == 0) {
          const auto* from = source.data + static_cast<size_t>(row0 + n) * source.ld + static_cast<size_t>(k);
          transposeWords(reinterpret_cast<const uint32_t*>(from), source.ld / E::KU, static_cast<int>(present),
                         reinterpret_cast<uint32_t*>(dst + (g * E::NR + n) * E::KU), E::NR);
          continue;
        }
      }
      for (int64_t i = 0; i < present; i++) {
        auto* row = block + i * 16 * E::KU;
        forLanes(depth, [&](int64_t j, auto lanes) { store(row + j, source(row0 + n + i, k + j, lanes), lanes); });
        for (int64_t j = depth; j < 16 * E::KU; j++) row[j] = {};
      }
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

/**
 * The left operand Aᵀ from a source whose rows run along k: rows [row0, row0 + rows) become the elements [at, at + padded) of
 * k. `layout` is that of leftPacked(). What lies in tiles is stored past the caches if `past`, where there will be so much of it that they
 * would have lost it before it is read.
 */
template <class E, class Source>
static void packTransposed(const Source& source, int64_t row0, int64_t rows, int64_t padded, int64_t columns, int64_t at,
                           Left<E> layout, typename E::T* dst, bool past = false) {
  if constexpr (E::tiledLeft) {
    alignas(64) typename E::T block[16 * 16 * E::KU];
    const int64_t groups = padded / E::KU;
    for (int64_t column = 0; column < roundUp(columns, int64_t{E::MR}); column += 16) {
      const int64_t left = columns - column;
      for (int64_t g = 0; g < groups; g += 16) {
        for (int64_t i = 0; i < 16; i++) {
          const int64_t row = row0 + (g + i) * E::KU;
          Group<E>::put(block + i * 16 * E::KU, Group<E>::at(source, row, row0 + rows, column, left));
        }
        auto* tile = storedAt<E>({dst, layout.row, layout.group, layout.tile}, column, at + g * E::KU);
        E::turn(block, tile, past);
      }
    }
  } else {
    (void)past;
    const int64_t groups = padded / E::KU;
    for (int64_t column = 0; column < columns; column += E::MR) {
      auto* panel = dst + static_cast<size_t>(column / E::MR) * layout.tile + at * E::MR;
      for (int64_t g = 0; g < groups; g++) {
        const int64_t row = row0 + g * E::KU;
        for (int j = 0; j < E::MR; j += W) {
          // A store of a whole vector may run over the group's end into the next one, which is written after it; but what
          // follows the last group may be another thread's.
          const auto words = Group<E>::at(source, row, row0 + rows, column + j, columns - column - j);
          auto* to = panel + (g * E::MR + j) * E::KU;
          if (g + 1 < groups || E::MR - j >= W) Group<E>::put(to, words);
          else Group<E>::put(to, words, E::MR - j);
        }
      }
    }
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
