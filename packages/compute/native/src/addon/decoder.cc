// A decoder-only Transformer taken token by token. The packed weights and the cache are arrays that JavaScript holds.
#include "../core/decoder.h"

#include "call.h"
#include "groups.h"

namespace sluice {
namespace {

/** (llama, layers, width, heads, groups, inner, vocab) from `first` on. */
DecoderShape modelShape(const Call& call, size_t first) {
  DecoderShape shape;
  shape.family = call.flag(first, "llama") ? DecoderFamily::llama : DecoderFamily::gpt2;
  shape.layers = call.size(first + 1, "layers", 0), shape.width = call.size(first + 2, "width");
  shape.heads = call.size(first + 3, "heads"), shape.groups = call.size(first + 4, "groups");
  shape.inner = call.size(first + 5, "inner"), shape.vocab = call.size(first + 6, "vocab");
  if (shape.width % shape.heads != 0) call.fail("heads must divide width", true);
  if (shape.heads % shape.groups != 0) call.fail("groups must divide heads", true);
  if (shape.family == DecoderFamily::llama && shape.dim() % 2 != 0) call.fail("a head must have pairs of channels", true);
  product(call, {4, shape.width, 3, shape.width});
  product(call, {4, shape.width, 2, shape.inner});
  product(call, {4, shape.width, shape.vocab});
  product(call, {shape.layers, shape.width, 4, larger(shape.width, shape.inner)});
  return shape;
}

/** The same, with the cache's (rows, capacity) after it. */
DecoderShape cachedShape(const Call& call, size_t first) {
  DecoderShape shape = modelShape(call, first);
  shape.rows = call.size(first + 7, "rows"), shape.capacity = call.size(first + 8, "capacity");
  return shape;
}

float* cacheOf(const Call& call, size_t index, const DecoderShape& shape) {
  return call.floats(index, "cache", product(call, {2, shape.layers, shape.rows, shape.capacity, shape.groups * shape.dim()}));
}

/** (bf16, llama, layers, width, heads, groups, inner, vocab) -> floats that the packed weights need */
SLUICE_EXPORT(decoderLength) {
  const bool half = call.flag(0, "bf16");
  call.result(static_cast<double>(DecoderLayout(modelShape(call, 1), half).bytes / 4));
}

/** (bf16, weights, packed, llama, layers, width, heads, groups, inner, vocab) */
SLUICE_EXPORT(decoderPack) {
  DecoderPack a;
  a.half = call.flag(0, "bf16");
  a.shape = modelShape(call, 3);
  std::vector<int64_t> lengths;
  const std::vector<float*> weights = call.list(1, "weights", lengths);
  const int64_t c = a.shape.width, p = a.shape.projected(), f = a.shape.inner, fed = a.shape.fed();
  const bool llama = a.shape.family == DecoderFamily::llama;
  std::vector<int64_t> expected;
  const auto expect = [&](std::initializer_list<int64_t> lengths) { expected.insert(expected.end(), lengths); };
  for (int64_t layer = 0; layer < a.shape.layers; layer++) {
    if (llama) expect({c, c * p, c * c, c, c * fed, f * c});
    else expect({c, c, c * p, p, c * c, c, c, c, c * fed, fed, f * c, c});
  }
  if (llama) expect({c, a.shape.vocab * c});
  else expect({c, c, a.shape.vocab * c});
  if (lengths.size() != expected.size()) {
    call.fail("weights has " + std::to_string(lengths.size()) + " arrays, not " + std::to_string(expected.size()), true);
  }
  for (size_t i = 0; i < expected.size(); i++) {
    if (lengths[i] == expected[i]) continue;
    call.fail("weights[" + std::to_string(i) + "] has " + std::to_string(lengths[i]) + " elements, not " +
                  std::to_string(expected[i]), true);
  }
  a.weights = weights.data();
  a.packed = call.floats(2, "packed", DecoderLayout(a.shape, a.half).bytes / 4);
  const PoolLease lease;
  call.table().decoderPack(a);
}

/** (qkv, cache, layer, row, time, llama, layers, width, heads, groups, inner, vocab, rows, capacity) */
SLUICE_EXPORT(decoderFill) {
  DecoderFill a;
  a.shape = cachedShape(call, 5);
  a.layer = call.size(2, "layer", 0), a.row = call.size(3, "row", 0), a.time = call.size(4, "time");
  if (a.layer >= a.shape.layers || a.row >= a.shape.rows || a.time > a.shape.capacity) {
    call.fail("there is no such place in the cache", true);
  }
  a.qkv = call.floats(0, "qkv", product(call, {a.time, 3, a.shape.width}));
  a.cache = cacheOf(call, 1, a.shape);
  const PoolLease lease;
  call.table().decoderFill(a);
}

/**
 * (bf16, packed, tokens, positions?, cosines?, sines?, cache, ids, tokenRows, places, last, logits, count, outputs, epsilon,
 * llama, layers, width, heads, groups, inner, vocab, rows, capacity)
 */
SLUICE_EXPORT(decoderStep) {
  DecoderStep a;
  a.half = call.flag(0, "bf16");
  a.shape = cachedShape(call, 15);
  a.count = call.size(12, "count"), a.outputs = call.size(13, "outputs", 0);
  a.epsilon = static_cast<float>(call.number(14, "epsilon"));
  a.packed = call.floats(1, "packed", DecoderLayout(a.shape, a.half).bytes / 4);
  a.tokens = call.floats(2, "tokens", product(call, {a.shape.vocab, a.shape.width}));
  a.positions = call.floatsOrNull(3, "positions", product(call, {a.shape.capacity, a.shape.width}));
  if (a.shape.family == DecoderFamily::llama) {
    const int64_t angles = product(call, {a.shape.capacity, a.shape.dim() / 2});
    a.cosines = call.floats(4, "cosines", angles), a.sines = call.floats(5, "sines", angles);
  }
  a.cache = cacheOf(call, 6, a.shape);
  a.ids = call.indices(7, "ids", a.count, a.shape.vocab);
  a.rows = call.indices(8, "tokenRows", a.count, a.shape.rows);
  a.places = call.indices(9, "places", a.count, a.shape.capacity);
  a.last = call.indices(10, "last", a.outputs, a.count);
  if (a.outputs > a.count) call.fail("outputs must be at most count", true);
  a.logits = call.floats(11, "logits", product(call, {a.outputs, a.shape.vocab}));
  product(call, {a.count, 4, larger(3 * a.shape.width, 2 * a.shape.inner)});
  const PoolLease lease;
  call.table().decoderStep(a);
}

}  // namespace

void exportDecoder(napi_env env, napi_value exports) {
  exportFunction(env, exports, "decoderLength", decoderLength);
  exportFunction(env, exports, "decoderPack", decoderPack);
  exportFunction(env, exports, "decoderFill", decoderFill);
  exportFunction(env, exports, "decoderStep", decoderStep);
}

}  // namespace sluice
