// Layers of a Transformer. Arguments are positional; the comments give them. `bf16` asks for bfloat16 products.
#include <cmath>

#include "call.h"
#include "groups.h"

namespace sluice {
namespace {

/** (bf16, x, w, bias?, residual?, y, slope?, rows, in, out, gelu, exact?) */
SLUICE_EXPORT(linearForward) {
  bool bf16 = false;
  const PrecisionKernels& kernels = call.kernels(0, &bf16);
  const Type kept = bf16 ? Type::bf16 : Type::f32;
  LinearForward a;
  a.rows = call.size(7, "rows"), a.in = call.size(8, "in"), a.out = call.size(9, "out");
  const bool exact = !call.absent(11) && call.flag(11, "exact");
  if (call.flag(10, "gelu")) a.activation = exact ? Activation::gelu : Activation::geluTanh;
  const int64_t xLength = product(call, {a.rows, a.in}), yLength = product(call, {a.rows, a.out});
  a.x = bf16 ? call.array(1, "x", xLength) : call.arrayOf(kept, 1, "x", xLength);
  a.w = call.arrayOf(Type::f32, 2, "w", product(call, {a.in, a.out}));
  a.bias = call.arrayOfOrNull(Type::f32, 3, "bias", a.out);
  a.residual = call.arrayOfOrNull(Type::f32, 4, "residual", yLength);
  a.y = bf16 ? call.array(5, "y", yLength) : call.arrayOf(kept, 5, "y", yLength);
  a.slope = call.arrayOfOrNull(kept, 6, "slope", yLength);
  const PoolLease lease;
  kernels.linearForward(a);
}

/** (bf16, dy, slope?, x, w, dx?, dw, dbias?, rows, in, out) */
SLUICE_EXPORT(linearBackward) {
  bool bf16 = false;
  const PrecisionKernels& kernels = call.kernels(0, &bf16);
  const Type kept = bf16 ? Type::bf16 : Type::f32;
  LinearBackward a;
  a.rows = call.size(8, "rows"), a.in = call.size(9, "in"), a.out = call.size(10, "out");
  const int64_t xLength = product(call, {a.rows, a.in}), yLength = product(call, {a.rows, a.out});
  const int64_t wLength = product(call, {a.in, a.out});
  a.dy = bf16 ? call.array(1, "dy", yLength) : call.arrayOf(kept, 1, "dy", yLength);
  a.slope = call.arrayOfOrNull(kept, 2, "slope", yLength);
  a.x = bf16 ? call.array(3, "x", xLength) : call.arrayOf(kept, 3, "x", xLength);
  a.w = call.arrayOf(Type::f32, 4, "w", wLength);
  a.dx = call.arrayOfOrNull(kept, 5, "dx", xLength);
  a.dw = call.arrayOf(Type::f32, 6, "dw", wLength);
  a.dbias = call.arrayOfOrNull(Type::f32, 7, "dbias", a.out);
  const PoolLease lease;
  kernels.linearBackward(a);
}

/** (x, gamma, beta, y, mean?, rstd?, rows, width, epsilon) */
SLUICE_EXPORT(layerNormForward) {
  LayerNormForward a;
  a.rows = call.size(6, "rows"), a.width = call.size(7, "width");
  const int64_t length = product(call, {a.rows, a.width});
  a.x = call.array(0, "x", length);
  a.gamma = call.floats(1, "gamma", a.width);
  a.beta = call.floats(2, "beta", a.width);
  a.y = call.array(3, "y", length);
  a.mean = call.floatsOrNull(4, "mean", a.rows);
  a.rstd = call.floatsOrNull(5, "rstd", a.rows);
  a.epsilon = static_cast<float>(call.number(8, "epsilon"));
  const PoolLease lease;
  call.table().layerNormForward(a);
}

/** (dy, x, gamma, mean, rstd, dx, dgamma, dbeta, rows, width, onto) */
SLUICE_EXPORT(layerNormBackward) {
  LayerNormBackward a;
  a.rows = call.size(8, "rows"), a.width = call.size(9, "width");
  const int64_t length = product(call, {a.rows, a.width});
  a.dy = call.array(0, "dy", length);
  a.x = call.array(1, "x", length);
  a.gamma = call.floats(2, "gamma", a.width);
  a.mean = call.floats(3, "mean", a.rows);
  a.rstd = call.floats(4, "rstd", a.rows);
  a.dx = call.floats(5, "dx", length);
  a.dgamma = call.floats(6, "dgamma", a.width);
  a.dbeta = call.floats(7, "dbeta", a.width);
  a.onto = call.flag(10, "onto");
  const PoolLease lease;
  call.table().layerNormBackward(a);
}

/** (starts?, sequences): checked so that together they are all rows, and none reaches from one row of the batch into the next. */
Sequences sequencesOf(const Call& call, size_t first, int64_t batch, int64_t time) {
  Sequences found;
  if (call.absent(first)) {
    found.count = batch, found.longest = time;
    return found;
  }
  const int64_t rows = product(call, {batch, time});
  found.count = call.size(first + 1, "sequences");
  found.starts = call.indices(first, "starts", found.count + 1, rows + 1);
  if (found.starts[0] != 0 || found.starts[found.count] != rows) call.fail("starts must go from 0 to batch * time", true);
  for (int64_t i = 0; i < found.count; i++) {
    const int64_t from = found.starts[i], to = found.starts[i + 1];
    if (to <= from) call.fail("starts must rise", true);
    if (from / time != (to - 1) / time) call.fail("a sequence must lie within one row of the batch", true);
    if (to - from > found.longest) found.longest = to - from;
  }
  return found;
}

/** What both directions of attention share: (batch, time, heads, dim, causal, rate, random?, starts?, sequences) */
template <class Args> void attentionShape(const Call& call, size_t first, Args& a) {
  a.batch = call.size(first, "batch"), a.time = call.size(first + 1, "time");
  a.heads = call.size(first + 2, "heads"), a.dim = call.size(first + 3, "dim");
  a.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(a.dim)));
  a.causal = call.flag(first + 4, "causal");
  a.rate = call.number(first + 5, "rate");
  if (!(a.rate >= 0 && a.rate < 1)) call.fail("rate must be at least 0 and below 1", true);
  if (a.rate > 0) a.random = call.random(first + 6, "random");
  a.sequences = sequencesOf(call, first + 7, a.batch, a.time);
}

/** (bf16, qkv, y, lse?, batch, time, heads, dim, causal, rate, random?, starts?, sequences) */
SLUICE_EXPORT(attentionForward) {
  bool bf16 = false;
  const PrecisionKernels& kernels = call.kernels(0, &bf16);
  const Type kept = bf16 ? Type::bf16 : Type::f32;
  AttentionForward a;
  attentionShape(call, 4, a);
  const int64_t length = product(call, {a.batch, a.time, a.heads, a.dim});
  a.qkv = call.arrayOf(kept, 1, "qkv", product(call, {3, length}));
  a.y = call.arrayOf(kept, 2, "y", length);
  a.lse = call.floatsOrNull(3, "lse", product(call, {a.batch, a.heads, a.time}));
  const PoolLease lease;
  kernels.attentionForward(a);
}

/** (bf16, dy, qkv, y, lse, dqkv, batch, time, heads, dim, causal, rate, random?, starts?, sequences) */
SLUICE_EXPORT(attentionBackward) {
  bool bf16 = false;
  const PrecisionKernels& kernels = call.kernels(0, &bf16);
  const Type kept = bf16 ? Type::bf16 : Type::f32;
  AttentionBackward a;
  attentionShape(call, 6, a);
  const int64_t length = product(call, {a.batch, a.time, a.heads, a.dim});
  a.dy = call.arrayOf(kept, 1, "dy", length);
  a.qkv = call.arrayOf(kept, 2, "qkv", product(call, {3, length}));
  a.y = call.arrayOf(kept, 3, "y", length);
  a.lse = call.floats(4, "lse", product(call, {a.batch, a.heads, a.time}));
  a.dqkv = call.arrayOf(kept, 5, "dqkv", product(call, {3, length}));
  const PoolLease lease;
  kernels.attentionBackward(a);
}

/** (table, ids, out, rows, width, vocab) */
SLUICE_EXPORT(embeddingForward) {
  Embedding a;
  a.rows = call.size(3, "rows"), a.width = call.size(4, "width"), a.vocab = call.size(5, "vocab");
  a.in = call.arrayOf(Type::f32, 0, "table", product(call, {a.vocab, a.width}));
  a.ids = call.indices(1, "ids", a.rows, a.vocab);
  a.out = call.floats(2, "out", product(call, {a.rows, a.width}));
  const PoolLease lease;
  call.table().embeddingForward(a);
}

/** (dy, ids, dtable, rows, width, vocab, onto) */
SLUICE_EXPORT(embeddingBackward) {
  Embedding a;
  a.rows = call.size(3, "rows"), a.width = call.size(4, "width"), a.vocab = call.size(5, "vocab");
  a.in = call.array(0, "dy", product(call, {a.rows, a.width}));
  a.ids = call.indices(1, "ids", a.rows, a.vocab);
  a.out = call.floats(2, "dtable", product(call, {a.vocab, a.width}));
  a.onto = call.flag(6, "onto");
  const PoolLease lease;
  call.table().embeddingBackward(a);
}

/** (x, y, length, rate, random) */
SLUICE_EXPORT(dropout) {
  Dropout a;
  a.length = call.size(2, "length");
  a.x = call.array(0, "x", a.length);
  a.y = call.array(1, "y", a.length);
  a.rate = call.number(3, "rate");
  if (!(a.rate >= 0 && a.rate < 1)) call.fail("rate must be at least 0 and below 1", true);
  a.random = call.random(4, "random");
  const PoolLease lease;
  call.table().dropout(a);
}

}  // namespace

void exportLayers(napi_env env, napi_value exports) {
  exportFunction(env, exports, "linearForward", linearForward);
  exportFunction(env, exports, "linearBackward", linearBackward);
  exportFunction(env, exports, "layerNormForward", layerNormForward);
  exportFunction(env, exports, "layerNormBackward", layerNormBackward);
  exportFunction(env, exports, "attentionForward", attentionForward);
  exportFunction(env, exports, "attentionBackward", attentionBackward);
  exportFunction(env, exports, "embeddingForward", embeddingForward);
  exportFunction(env, exports, "embeddingBackward", embeddingBackward);
  exportFunction(env, exports, "dropout", dropout);
}

}  // namespace sluice
