// The kernels, as the rest of the addon sees them: a table of functions for each instruction set. Sizes have been checked.
#pragma once
#include "decoder.h"
#include "types.h"

namespace sluice {

/** y = activation(x w + bias) + residual; x [rows, in], w [in, out]. */
/** None; GELU in its tanh form; GELU as it is defined, by the normal distribution. */
enum class Activation { none, geluTanh, gelu };

struct LinearForward {
  Array x, w, bias, residual, y;
  /** The activation's slope, kept for the backward pass in the type that is multiplied; or absent. */
  Array slope;
  int64_t rows = 0, in = 0, out = 0;
  Activation activation = Activation::none;
};

/** With dz = dy * slope: dx = dz wT (in the type that is multiplied), dw = xT dz, dbias = column sums of dz. dx, dbias: or absent. */
struct LinearBackward {
  Array dy, slope, x, w, dx, dw, dbias;
  int64_t rows = 0, in = 0, out = 0;
};

/** c = op(a) op(b) for each matrix of a batch, all float; strides in elements between the matrices of a batch. */
struct MatMul {
  const float* a = nullptr;
  const float* b = nullptr;
  float* c = nullptr;
  int64_t m = 0, n = 0, k = 0, batch = 1;
  int64_t strideA = 0, strideB = 0;
  bool transposeA = false, transposeB = false;
};

/** y [batch * time, heads * dim] from qkv [batch * time, 3 * heads * dim]; all arrays in the type that is multiplied. */
/**
 * Where attention looks: sequence s is rows starts[s] to starts[s + 1] of the batch * time, never more than one row of the
 * batch, and no position sees another sequence. Without `starts` each row of the batch is one.
 */
struct Sequences {
  const int32_t* starts = nullptr;
  int64_t count = 0;
  /** The longest. */
  int64_t longest = 0;
};

struct AttentionForward {
  Array qkv, y;
  /** Log of each row's denominator, [batch * heads * time], or null. */
  float* lse = nullptr;
  int64_t batch = 0, time = 0, heads = 0, dim = 0;
  Sequences sequences;
  float scale = 1;
  bool causal = true;
  double rate = 0;
  Random random;
};

struct AttentionBackward {
  Array dy, qkv, y, dqkv;
  const float* lse = nullptr;
  int64_t batch = 0, time = 0, heads = 0, dim = 0;
  Sequences sequences;
  float scale = 1;
  bool causal = true;
  double rate = 0;
  Random random;
};

/** loss = sum_i weight_i * -log softmax(hidden_i tableT)[target_i] / sum_i weight_i, and, if dhidden is there, gradients. Into `losses`, if it is there, go those of the rows, each unweighted. */
struct CrossEntropy {
  Array hidden, table, dhidden, dtable;
  const int32_t* targets = nullptr;
  const float* weights = nullptr;
  double* loss = nullptr;
  float* losses = nullptr;
  int64_t rows = 0, width = 0, vocab = 0;
};

struct LayerNormForward {
  Array x, y;
  const float* gamma = nullptr;
  const float* beta = nullptr;
  float* mean = nullptr;
  float* rstd = nullptr;
  int64_t rows = 0, width = 0;
  float epsilon = 0;
};

/** dx is added to what is there if `onto`. */
struct LayerNormBackward {
  Array dy, x;
  const float* gamma = nullptr;
  const float* mean = nullptr;
  const float* rstd = nullptr;
  float* dx = nullptr;
  float* dgamma = nullptr;
  float* dbeta = nullptr;
  int64_t rows = 0, width = 0;
  bool onto = false;
};

/** Forward: out[i] = in[ids[i]]. Backward: out[ids[i]] += in[i], out set to zero before unless `onto`. */
struct Embedding {
  Array in;
  const int32_t* ids = nullptr;
  float* out = nullptr;
  int64_t rows = 0, width = 0, vocab = 0;
  bool onto = false;
};

struct AdamW {
  struct Tensor {
    float* parameter;
    const float* gradient;
    float* m;
    float* v;
    int64_t length;
    double weightDecay;
  };
  const Tensor* tensors = nullptr;
  int64_t count = 0;
  double learningRate = 0, beta1 = 0, beta2 = 0, epsilon = 0, step = 1, gradScale = 1;
};

struct SquaredNorms {
  const float* const* tensors = nullptr;
  const int64_t* lengths = nullptr;
  double* sums = nullptr;
  int64_t count = 0;
};

enum class UnaryFunction : int {
  copy, negate, absolute, square, squareRoot, inverseSquareRoot, reciprocal, exponential, relu, sigmoid, gelu
};
struct Unary {
  UnaryFunction function = UnaryFunction::copy;
  Array x, y;
  int64_t length = 0;
};

struct GeluBackward {
  const float* dy = nullptr;
  const float* x = nullptr;
  float* dx = nullptr;
  int64_t length = 0;
};

enum class BinaryFunction : int { add, subtract, multiply, divide, maximum, minimum, squaredDifference };
/** y[r, c] = f(a[r * rowA + c * columnA], b[r * rowB + c * columnB]). */
struct Binary {
  BinaryFunction function = BinaryFunction::add;
  Array a, b;
  float* y = nullptr;
  int64_t rows = 0, columns = 0, rowA = 0, rowB = 0, columnA = 1, columnB = 1;
};

enum class ReduceFunction : int { sum, mean, maximum };
struct Reduce {
  ReduceFunction function = ReduceFunction::sum;
  const float* x = nullptr;
  float* y = nullptr;
  int64_t outer = 0, reduced = 0, inner = 1;
};

struct Softmax {
  const float* x = nullptr;
  float* y = nullptr;
  int64_t rows = 0, columns = 0;
};

/** x[outer, a, b, inner] to y[outer, b, a, inner]. */
struct Transpose {
  const float* x = nullptr;
  float* y = nullptr;
  int64_t outer = 1, a = 0, b = 0, inner = 1;
};

struct Dropout {
  Array x, y;
  int64_t length = 0;
  double rate = 0;
  Random random;
};

/** Functions whose products are made in one precision. */
struct PrecisionKernels {
  void (*linearForward)(const LinearForward&);
  void (*linearBackward)(const LinearBackward&);
  void (*matMul)(const MatMul&);
  void (*attentionForward)(const AttentionForward&);
  void (*attentionBackward)(const AttentionBackward&);
  void (*crossEntropy)(const CrossEntropy&);
};

/** y = x / sqrt(mean(x^2) + epsilon) * gamma, row by row. */
struct RmsNormForward {
  Array x, y;
  const float* gamma = nullptr;
  float* rstd = nullptr;
  int64_t rows = 0, width = 0;
  float epsilon = 0;
};

/** dx is added to what is there if `onto`. */
struct RmsNormBackward {
  Array dy, x;
  const float *gamma = nullptr, *rstd = nullptr;
  float *dx = nullptr, *dgamma = nullptr;
  int64_t rows = 0, width = 0;
  bool onto = false;
};

/** y[r, j] = silu(x[r, j]) * x[r, width + j]; backward, dx from dy. One type for all. */
struct GatedSilu {
  Array x, y, dy, dx;
  int64_t rows = 0, width = 0;
};

/**
 * From rows of `heads` queries, `groups` keys and `groups` values, each of `dim`, to rows of `heads` of each: queries and keys
 * turned by the row's position (component j with component j + dim / 2), keys and values repeated for the queries that share
 * them. Backward the same with `in` the gradient of the wide rows: turned back, and summed over those that share.
 */
struct RotaryHeads {
  Array in, out;
  /** [positions, dim / 2] */
  const float *cosines = nullptr, *sines = nullptr;
  const int32_t* positions = nullptr;
  int64_t rows = 0, heads = 0, groups = 0, dim = 0;
};

/** What one instruction set offers. */
struct KernelTable {
  const char* name;
  PrecisionKernels f32;
  /** Empty where the instruction set has no bfloat16 products. */
  PrecisionKernels bf16;
  bool hasBf16;
  void (*layerNormForward)(const LayerNormForward&);
  void (*layerNormBackward)(const LayerNormBackward&);
  void (*rmsNormForward)(const RmsNormForward&);
  void (*rmsNormBackward)(const RmsNormBackward&);
  void (*gatedSiluForward)(const GatedSilu&);
  void (*gatedSiluBackward)(const GatedSilu&);
  void (*rotaryHeadsForward)(const RotaryHeads&);
  void (*rotaryHeadsBackward)(const RotaryHeads&);
  void (*embeddingForward)(const Embedding&);
  void (*embeddingBackward)(const Embedding&);
  void (*adamW)(const AdamW&);
  void (*squaredNorms)(const SquaredNorms&);
  void (*unary)(const Unary&);
  void (*geluBackward)(const GeluBackward&);
  void (*binary)(const Binary&);
  void (*reduce)(const Reduce&);
  void (*softmax)(const Softmax&);
  void (*transpose)(const Transpose&);
  void (*dropout)(const Dropout&);
  void (*decoderPack)(const DecoderPack&);
  void (*decoderFill)(const DecoderFill&);
  void (*decoderStep)(const DecoderStep&);
};

}  // namespace sluice
