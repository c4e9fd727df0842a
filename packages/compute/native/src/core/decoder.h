// A decoder-only Transformer taken token by token: its sizes, its packed weights, and the calls. Sizes have been checked.
#pragma once
#include "types.h"

namespace sluice {

/**
 * GPT-2: layer norms, biases, GELU in its tanh form. Llama: root-mean-square norms, no biases, rotary positions, keys and values that
 * several heads share, a feed-forward with a gate.
 */
enum class DecoderFamily { gpt2, llama };

struct DecoderShape {
  DecoderFamily family = DecoderFamily::gpt2;
  /** Of the model: blocks, channels of the residual stream, attention heads, heads of keys, channels of a feed-forward, vocabulary. */
  int64_t layers = 0, width = 0, heads = 0, groups = 0, inner = 0, vocab = 0;
  /** Of the cache: contexts side by side, positions of each. */
  int64_t rows = 0, capacity = 0;

  SLUICE_INLINE int64_t dim() const { return width / heads; }
  /** Columns of queries, keys and values side by side. */
  SLUICE_INLINE int64_t projected() const { return (heads + 2 * groups) * dim(); }
  /** Columns of the first product of a feed-forward: with a gate, that and what it is for are side by side. */
  SLUICE_INLINE int64_t fed() const { return family == DecoderFamily::llama ? 2 * inner : inner; }
};

/** Columns of a packed weight that lie together. */
constexpr int64_t decoderPanel = 32;

/**
 * Where everything is in the buffer of packed weights, in bytes; every piece begins at a multiple of 64. Vectors are floats; those
 * that a family does not have take no room.
 * A matrix [in, out] lies in panels of 32 columns, the last one filled up with zeros: a panel holds, for every k, its 32
 * columns one after the other; in bfloat16 two k together, column by column, so that one word holds both.
 */
struct DecoderLayout {
  struct Norm {
    int64_t gamma = 0, beta = 0;
  };
  struct Matrix {
    int64_t panels = 0, bias = 0, in = 0, out = 0;
  };
  struct Block {
    Norm attentionNorm;
    Matrix qkv, attentionOutput;
    Norm feedForwardNorm;
    Matrix feedForward, feedForwardOutput;
  };

  bool bf16;
  DecoderShape shape;
  Norm norm;
  Matrix head;
  int64_t bytes;

  SLUICE_INLINE DecoderLayout(const DecoderShape& sizes, bool half) : bf16(half), shape(sizes), bytes(0) {
    norm = takeNorm();
    head = takeMatrix(shape.width, shape.vocab);
    first_ = bytes;
    takeBlock();
    each_ = bytes - first_;
    bytes = first_ + each_ * shape.layers;
  }

  SLUICE_INLINE Block block(int64_t layer) const {
    DecoderLayout at(*this);
    at.bytes = first_ + each_ * layer;
    return at.takeBlock();
  }

  /** Elements of a panel of a matrix with so many rows; an odd last row has a partner of zeros in bfloat16. */
  SLUICE_INLINE int64_t panelLength(int64_t in) const { return (bf16 ? roundUp(in, int64_t{2}) : in) * decoderPanel; }

 private:
  int64_t first_ = 0, each_ = 0;

  SLUICE_INLINE bool plain() const { return shape.family == DecoderFamily::llama; }
  SLUICE_INLINE int64_t take(int64_t size) {
    const int64_t at = bytes;
    bytes += roundUp(size, int64_t{64});
    return at;
  }
  SLUICE_INLINE Norm takeNorm() {
    Norm taken;
    taken.gamma = take(shape.width * 4);
    taken.beta = take(plain() ? 0 : shape.width * 4);
    return taken;
  }
  SLUICE_INLINE Matrix takeMatrix(int64_t in, int64_t out) {
    Matrix taken;
    taken.in = in;
    taken.out = out;
    taken.bias = take(plain() ? 0 : out * 4);
    taken.panels = take(divideUp(out, decoderPanel) * panelLength(in) * (bf16 ? 2 : 4));
    return taken;
  }
  SLUICE_INLINE Block takeBlock() {
    Block taken;
    taken.attentionNorm = takeNorm();
    taken.qkv = takeMatrix(shape.width, shape.projected());
    taken.attentionOutput = takeMatrix(shape.width, shape.width);
    taken.feedForwardNorm = takeNorm();
    taken.feedForward = takeMatrix(shape.width, shape.fed());
    taken.feedForwardOutput = takeMatrix(shape.inner, shape.width);
    return taken;
  }
};

/**
 * Packs the weights: of each block gamma, beta, w, b, w, b, gamma, beta, w, b, w, b; then gamma, beta and head [vocab, width]. Of Llama,
 * which has no beta and no b, those are left out.
 */
struct DecoderPack {
  DecoderShape shape;
  bool half = false;
  const float* const* weights = nullptr;
  void* packed = nullptr;
};

/**
 * Keys and values of positions 0 to time - 1 of a row in one layer, from qkv [time, 3 * width].
 * The cache is [layers][k, v][rows][groups][capacity][dim], floats.
 */
struct DecoderFill {
  DecoderShape shape;
  const float* qkv = nullptr;
  float* cache = nullptr;
  int64_t layer = 0, row = 0, time = 0;
};

/** Takes tokens through the model, each at its position of its row; those of a row in the order of their positions. */
struct DecoderStep {
  DecoderShape shape;
  bool half = false;
  float epsilon = 0;
  const void* packed = nullptr;
  const float* tokens = nullptr;
  /** Null where positions add nothing. */
  const float* positions = nullptr;
  /** Of Llama: [capacity, dim / 2] each. */
  const float *cosines = nullptr, *sines = nullptr;
  float* cache = nullptr;
  const int32_t* ids = nullptr;
  const int32_t* rows = nullptr;
  const int32_t* places = nullptr;
  int64_t count = 0;
  /** The tokens (indices below count) whose logits are asked for, and where they go: [outputs, vocab]. */
  const int32_t* last = nullptr;
  int64_t outputs = 0;
  float* logits = nullptr;
};

}  // namespace sluice
