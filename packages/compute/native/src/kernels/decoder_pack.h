// The weights of a decoder in the order in which they are read: see DecoderLayout.

namespace sluice {
namespace SLUICE_ISA {

static SLUICE_INLINE const float* vectorAt(const void* packed, int64_t at) {
  return reinterpret_cast<const float*>(static_cast<const char*>(packed) + at);
}

/** Rows k and k + 1 of a panel, `columns` values each (none of the second at an odd end), to their place. */
template <class T>
static SLUICE_INLINE void packTwoRows(const float* first, const float* second, int64_t columns, T* dst) {
  if constexpr (sizeof(T) == 2) {
    bf16 a[decoderPanel] = {}, b[decoderPanel] = {};
    forLanes(columns, [&](int64_t j, auto lanes) { store(a + j, load(first + j, lanes), lanes); });
    if (second) forLanes(columns, [&](int64_t j, auto lanes) { store(b + j, load(second + j, lanes), lanes); });
    for (int64_t j = 0; j < decoderPanel; j++) {
      dst[2 * j] = a[j];
      dst[2 * j + 1] = b[j];
    }
  } else {
    const auto row = [&](const float* from, T* to) {
      forLanes(columns, [&](int64_t j, auto lanes) { store(to + j, load(from + j, lanes), lanes); });
      for (int64_t j = columns; j < decoderPanel; j++) to[j] = 0;
    };
    row(first, dst);
    if (second) row(second, dst + decoderPanel);
  }
}

/** One panel of w [in, out] from `column` on. */
template <class T> static void packPanelOf(const float* w, int64_t in, int64_t out, int64_t column, T* dst) {
  const int64_t columns = smaller(decoderPanel, out - column);
  for (int64_t k = 0; k < in; k += 2) {
    const float* row = w + k * out + column;
    packTwoRows(row, k + 1 < in ? row + out : nullptr, columns, dst + k * decoderPanel);
  }
}

/** One panel of wT, for w [out, in]: 16 rows of 16 are turned at a time. */
template <class T> static void packPanelOfTransposed(const float* w, int64_t in, int64_t out, int64_t column, T* dst) {
  constexpr int64_t step = 16;
  const int64_t columns = smaller(decoderPanel, out - column);
  alignas(64) float turned[step][decoderPanel];
  for (int64_t k = 0; k < in; k += step) {
    const int64_t depth = smaller(step, in - k);
    for (int64_t j = 0; j < columns; j += step) {
      const int rows = static_cast<int>(smaller(step, columns - j));
      const float* from = w + (column + j) * in + k;
      if (depth == step) {
        transposeWords(reinterpret_cast<const uint32_t*>(from), static_cast<size_t>(in), rows,
                       reinterpret_cast<uint32_t*>(&turned[0][j]), decoderPanel);
      } else {
        for (int64_t i = 0; i < depth; i++) {
          for (int r = 0; r < rows; r++) turned[i][j + r] = from[r * in + i];
        }
      }
    }
    for (int64_t i = 0; i < depth; i += 2) {
      packTwoRows(turned[i], i + 1 < depth ? turned[i + 1] : nullptr, columns, dst + (k + i) * decoderPanel);
    }
  }
}

/** w [in, out], or wT for w [out, in] with `transposed`. */
static void packDecoderMatrix(const DecoderLayout& layout, const DecoderLayout::Matrix& to, const float* w, bool transposed,
                              char* packed) {
  const int64_t length = layout.panelLength(to.in);
  const auto pack = [&](int64_t panel, auto* first) {
    const int64_t column = panel * decoderPanel;
    if (transposed) packPanelOfTransposed(w, to.in, to.out, column, first + panel * length);
    else packPanelOf(w, to.in, to.out, column, first + panel * length);
  };
  parallelFor(divideUp(to.out, decoderPanel), [&](int64_t panel, int) {
    if (layout.bf16) pack(panel, reinterpret_cast<bf16*>(packed + to.panels));
    else pack(panel, reinterpret_cast<float*>(packed + to.panels));
  });
}

static void decoderPack(const DecoderPack& a) {
  const DecoderLayout layout(a.shape, a.half);
  char* packed = static_cast<char*>(a.packed);
  const float* const* next = a.weights;
  const auto vector = [&](int64_t at, int64_t length) {
    std::memcpy(packed + at, *next++, static_cast<size_t>(length) * sizeof(float));
  };
  const bool plain = a.shape.family == DecoderFamily::llama;
  const auto norm = [&](const DecoderLayout::Norm& to) {
    vector(to.gamma, a.shape.width);
    if (!plain) vector(to.beta, a.shape.width);
  };
  const auto linear = [&](const DecoderLayout::Matrix& to) {
    packDecoderMatrix(layout, to, *next++, false, packed);
    if (!plain) vector(to.bias, to.out);
  };
  for (int64_t layer = 0; layer < a.shape.layers; layer++) {
    const DecoderLayout::Block block = layout.block(layer);
    norm(block.attentionNorm);
    linear(block.qkv);
    linear(block.attentionOutput);
    norm(block.feedForwardNorm);
    linear(block.feedForward);
    linear(block.feedForwardOutput);
  }
  norm(layout.norm);
  packDecoderMatrix(layout, layout.head, *next, true, packed);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
