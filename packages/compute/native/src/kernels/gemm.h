// Matrix products over packed operands.
//
// B lies in panels of NR columns; within a panel, k by k (in groups of KU), so that the multiplier reads it as one stream.
// A is read row by row where it lies, or, transposed, from panels of MR rows that are stored k by k.
// k is cut into blocks whose panel of B (24 KB) stays in the first-level cache while the rows of A pass by from the second.

namespace sluice {
namespace SLUICE_ISA {

/** A: the group of k `g` of row `i` begins at data + (i / MR) * tile + (i % MR) * row + g * group. */
template <class E> struct Left {
  const typename E::T* data;
  size_t row, group, tile;
};

/** B: the panel `j` begins at data + j * panel. */
template <class E> struct Right {
  const typename E::T* data;
  size_t panel;
};

template <class E> static SLUICE_INLINE Left<E> leftRows(const typename E::T* data, size_t ld) {
  return {data, ld, static_cast<size_t>(E::KU), ld * E::MR};
}

/**
 * At least so many elements, and an odd number of cache lines: blocks that lie a power of two apart fall on the same few sets
 * of the cache and drive each other out.
 */
template <class T> static SLUICE_INLINE size_t pitchOf(size_t elements) {
  const size_t line = 64 / sizeof(T);
  return (divideUp(elements, line) | 1) * line;
}

/** How packTransposed() lays out a left operand of `depth` elements along k; the data to be filled in. */
template <class E> static SLUICE_INLINE Left<E> leftPacked(const typename E::T* data, int64_t depth) {
  const size_t length = static_cast<size_t>(depth);
  const size_t tile = pitchOf<typename E::T>(length * E::MR);
  // In tiles of MR rows and KP elements along k; the depth is a multiple of KP then.
  if (E::tiledLeft) return {data, static_cast<size_t>(E::KP), static_cast<size_t>(E::MR * E::KU), tile};
  return {data, static_cast<size_t>(E::KU), static_cast<size_t>(E::MR * E::KU), tile};
}

/** Elements of such an operand for a matrix of `columns` columns; the last store may run over the end. */
template <class E> static SLUICE_INLINE size_t leftPackedSize(int64_t columns, int64_t depth) {
  return static_cast<size_t>(divideUp(columns, int64_t{E::MR})) * leftPacked<E>(nullptr, depth).tile + 64;
}

/**
 * How a product stores rows that are the left operand of another, whose k its columns are: in tiles, or row by row. `columns` is a
 * multiple of KP.
 */
template <class E> static SLUICE_INLINE Left<E> leftStored(const typename E::T* data, int64_t columns) {
  if (E::tiledLeft) return leftPacked<E>(data, columns);
  return leftRows<E>(data, pitchOf<typename E::T>(static_cast<size_t>(columns)));
}

/** Elements of such an operand. */
template <class E> static SLUICE_INLINE size_t leftStoredSize(int64_t rows, int64_t columns) {
  return static_cast<size_t>(divideUp(rows, int64_t{E::MR})) * leftStored<E>(nullptr, columns).tile;
}

/** So many of its `columns` lie in one piece. */
template <class E> static SLUICE_INLINE int64_t storedColumns(int64_t columns) { return E::tiledLeft ? int64_t{E::KP} : columns; }

/** Where the row's columns from `column` on lie, which begins such a piece or, row by row, is any. */
template <class E> static SLUICE_INLINE typename E::T* storedAt(Left<E> a, int64_t row, int64_t column) {
  const size_t tile = static_cast<size_t>(row / E::MR) * a.tile, within = static_cast<size_t>(row % E::MR) * a.row;
  return const_cast<typename E::T*>(a.data) + tile + within + static_cast<size_t>(column / E::KU) * a.group;
}

/** Elements from one panel of B to the next. */
template <class E> static SLUICE_INLINE size_t panelPitch(int64_t depth) {
  return pitchOf<typename E::T>(static_cast<size_t>(depth * E::NR));
}

/** Elements of all panels. */
template <class E> static SLUICE_INLINE size_t rightSize(int64_t columns, int64_t depth) {
  return static_cast<size_t>(divideUp(columns, int64_t{E::NR})) * panelPitch<E>(depth);
}

template <class E> static SLUICE_INLINE Left<E> from(Left<E> a, int64_t tile, int64_t group) {
  a.data += static_cast<size_t>(tile) * a.tile + static_cast<size_t>(group) * a.group;
  return a;
}

template <class E> static SLUICE_INLINE Right<E> from(Right<E> b, int64_t panel, int64_t group) {
  b.data += static_cast<size_t>(panel) * b.panel + static_cast<size_t>(group) * (E::NR * E::KU);
  return b;
}

/** Groups in a block of k; it depends on k alone, so that the sums do. */
template <class E> static SLUICE_INLINE int blockGroups(int groups) {
  const int blocks = divideUp(groups, E::KC);
  return roundUp(divideUp(groups, larger(blocks, 1)), E::KP / E::KU);
}

/** Columns whose partial sums are held at a time when k is cut. */
constexpr int partialColumns = 512;

template <class E> static SLUICE_INLINE size_t partialSize(int64_t rows, int64_t columns) {
  return static_cast<size_t>(roundUp(rows, int64_t{E::MR}) *
                             smaller(roundUp(columns, int64_t{E::NR}), int64_t{partialColumns}));
}

/**
 * Gives finished tiles to finish(). Where the multiplier leaves the vector units free, a tile waits until the next one is being
 * multiplied, and a few of its rows are finished after each step of that.
 */
template <class E, class Finish> class Finishing {
 public:
  explicit SLUICE_INLINE Finishing(const Finish& finish) : finish_(finish) {}

  /** Multiplies into `tile`, which is finished later if it is the `last` block of k. */
  SLUICE_INLINE void multiply(const typename E::T* a, size_t aRow, size_t aGroup, const typename E::T* b, int groups, float* tile,
                              size_t ld, bool accumulate, bool last, int row, int column, int height, int width) {
    if constexpr (E::overlaps) {
      E::multiply(a, aRow, aGroup, b, groups, tile, ld, accumulate, height, [&](int step, int steps) {
        const int from = height_ * step / steps, until = height_ * (step + 1) / steps;
        if (until > from) rows(from, until - from);
      });
      height_ = 0;
      if (last) tile_ = tile, ld_ = ld, row_ = row, column_ = column, height_ = height, width_ = width;
    } else {
      E::multiply(a, aRow, aGroup, b, groups, tile, ld, accumulate, height);
      if (last) finish_(tile, ld, row, column, height, width);
    }
  }
  /** The tile that waits. */
  SLUICE_INLINE void end() {
    if (E::overlaps && height_ > 0) rows(0, height_);
    height_ = 0;
  }

 private:
  const Finish& finish_;
  const float* tile_ = nullptr;
  size_t ld_ = 0;
  int row_ = 0, column_ = 0, height_ = 0, width_ = 0;

  SLUICE_INLINE void rows(int from, int count) {
    finish_(tile_ + static_cast<size_t>(from) * ld_, ld_, row_ + from, column_, count, width_);
  }
};

/** For a left operand that is there already. */
struct Ready {
  SLUICE_INLINE void operator()(int, int, int64_t) const {}
};

/**
 * a[rows, k] * b[k, columns], given tile by tile to finish(tile, ld, row, column, rows, columns), which may also be asked for
 * nothing beyond `columns`. `partial` has partialSize() floats. make(group, groups, tiles) is called before the first use of those
 * groups of `a`, by so many tiles; what `ahead` names is asked for meanwhile, a share with each tile.
 */
template <class E, class Make, class Finish>
static SLUICE_INLINE void multiplyBlock(Left<E> a, int rows, Right<E> b, int columns, int groups, float* partial, Ahead& ahead,
                                        const Make& make, const Finish& finish) {
  const int step = blockGroups<E>(groups);
  Finishing<E, Finish> finishing(finish);
  const auto tiles = [&](int width) { return int64_t{divideUp(width, E::NR)} * divideUp(rows, E::MR); };
  ahead.share(tiles(columns) * divideUp(groups, step));
  if (step >= groups) {
    make(0, groups, tiles(columns));
    // One tile is finished while the next is made.
    alignas(64) float sums[2][E::MR * E::NR];
    int turn = 0;
    for (int column = 0; column < columns; column += E::NR) {
      const auto* panel = b.data + static_cast<size_t>(column / E::NR) * b.panel;
      for (int row = 0; row < rows; row += E::MR) {
        ahead.step();
        finishing.multiply(from<E>(a, row / E::MR, 0).data, a.row, a.group, panel, groups, sums[turn], E::NR, false, true, row, column, smaller(E::MR, rows - row), smaller(E::NR, columns - column));
        turn ^= 1;
      }
    }
    finishing.end();
    return;
  }
  for (int first = 0; first < columns; first += partialColumns) {
    const int end = smaller(columns, first + partialColumns);
    const size_t ld = static_cast<size_t>(roundUp(end - first, E::NR));
    for (int group = 0; group < groups; group += step) {
      const int count = smaller(step, groups - group);
      if (first == 0) make(group, count, tiles(end));
      for (int column = first; column < end; column += E::NR) {
        const auto* panel = from<E>(b, column / E::NR, group).data;
        for (int row = 0; row < rows; row += E::MR) {
          ahead.step();
          finishing.multiply(from<E>(a, row / E::MR, group).data, a.row, a.group, panel, count, partial + static_cast<size_t>(row) * ld + static_cast<size_t>(column - first),
                             ld, group > 0, group + count == groups, row, column, smaller(E::MR, rows - row),
                             smaller(E::NR, columns - column));
        }
      }
    }
    finishing.end();
  }
}

/** c[rows, columns] (+)= a * b in place. */
template <class E>
static void multiplyInto(Left<E> a, int rows, Right<E> b, int columns, int groups, float* c, size_t ldc, bool accumulate) {
  const int step = blockGroups<E>(groups);
  alignas(64) float edge[E::MR * E::NR];
  for (int group = 0; group < groups; group += step) {
    const int count = smaller(step, groups - group);
    const bool onto = accumulate || group > 0;
    for (int column = 0; column < columns; column += E::NR) {
      const auto* panel = from<E>(b, column / E::NR, group).data;
      const int width = smaller(E::NR, columns - column);
      for (int row = 0; row < rows; row += E::MR) {
        const int height = smaller(E::MR, rows - row);
        const auto* left = a.data + static_cast<size_t>(row / E::MR) * a.tile + static_cast<size_t>(group) * a.group;
        float* tile = c + static_cast<size_t>(row) * ldc + static_cast<size_t>(column);
        if (width == E::NR) {
          E::multiply(left, a.row, a.group, panel, count, tile, ldc, onto, height);
          continue;
        }
        E::multiply(left, a.row, a.group, panel, count, edge, E::NR, false, height);
        for (int i = 0; i < height; i++) {
          forLanes(width, [&](int64_t j, auto lanes) {
            float* at = tile + static_cast<size_t>(i) * ldc + j;
            const vf value = load(edge + i * E::NR + j);
            store(at, onto ? add(load(at, lanes), value) : value, lanes);
          });
        }
      }
    }
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
