// Layers of Llama: root mean square norm, gated feed-forward, rotary positions with shared keys and values.
#include "call.h"
#include "groups.h"

namespace sluice {
namespace {

/** (x, gamma, y, rstd?, rows, width, epsilon) */
SLUICE_EXPORT(rmsNormForward) {
  RmsNormForward a;
  a.rows = call.size(4, "rows"), a.width = call.size(5, "width");
  const int64_t length = product(call, {a.rows, a.width});
  a.x = call.array(0, "x", length);
  a.gamma = call.floats(1, "gamma", a.width);
  a.y = call.array(2, "y", length);
  a.rstd = call.floatsOrNull(3, "rstd", a.rows);
  a.epsilon = static_cast<float>(call.number(6, "epsilon"));
  const PoolLease lease;
  call.table().rmsNormForward(a);
}

/** (dy, x, gamma, rstd, dx, dgamma, rows, width, onto) */
SLUICE_EXPORT(rmsNormBackward) {
  RmsNormBackward a;
  a.rows = call.size(6, "rows"), a.width = call.size(7, "width");
  const int64_t length = product(call, {a.rows, a.width});
  a.dy = call.array(0, "dy", length);
  a.x = call.array(1, "x", length);
  a.gamma = call.floats(2, "gamma", a.width);
  a.rstd = call.floats(3, "rstd", a.rows);
  a.dx = call.floats(4, "dx", length);
  a.dgamma = call.floats(5, "dgamma", a.width);
  a.onto = call.flag(8, "onto");
  const PoolLease lease;
  call.table().rmsNormBackward(a);
}

/** (x, y, rows, width) */
SLUICE_EXPORT(gatedSiluForward) {
  GatedSilu a;
  a.rows = call.size(2, "rows"), a.width = call.size(3, "width");
  a.x = call.array(0, "x", product(call, {2, a.rows, a.width}));
  a.y = call.arrayOf(a.x.type, 1, "y", product(call, {a.rows, a.width}));
  const PoolLease lease;
  call.table().gatedSiluForward(a);
}

/** (dy, x, dx, rows, width) */
SLUICE_EXPORT(gatedSiluBackward) {
  GatedSilu a;
  a.rows = call.size(3, "rows"), a.width = call.size(4, "width");
  const int64_t wide = product(call, {2, a.rows, a.width});
  a.x = call.array(1, "x", wide);
  a.dy = call.arrayOf(a.x.type, 0, "dy", product(call, {a.rows, a.width}));
  a.dx = call.arrayOf(a.x.type, 2, "dx", wide);
  const PoolLease lease;
  call.table().gatedSiluBackward(a);
}

/** (in, out, cosines, sines, positions, count, rows, heads, groups, dim); `count` positions have a cosine and a sine. */
RotaryHeads rotaryHeads(const Call& call, bool backward) {
  RotaryHeads a;
  const int64_t count = call.size(5, "count");
  a.rows = call.size(6, "rows"), a.heads = call.size(7, "heads"), a.groups = call.size(8, "groups"), a.dim = call.size(9, "dim");
  if (a.heads % a.groups != 0) call.fail("heads must be a multiple of groups", true);
  if (a.dim % 2 != 0) call.fail("dim must be even", true);
  const int64_t wide = product(call, {3, a.rows, a.heads, a.dim});
  const int64_t narrow = product(call, {a.rows, a.heads + 2 * a.groups, a.dim});
  a.in = call.array(0, "in", backward ? wide : narrow);
  a.out = call.arrayOf(a.in.type, 1, "out", backward ? narrow : wide);
  a.cosines = call.floats(2, "cosines", product(call, {count, a.dim / 2}));
  a.sines = call.floats(3, "sines", product(call, {count, a.dim / 2}));
  a.positions = call.indices(4, "positions", a.rows, count);
  return a;
}

SLUICE_EXPORT(rotaryHeadsForward) {
  const RotaryHeads a = rotaryHeads(call, false);
  const PoolLease lease;
  call.table().rotaryHeadsForward(a);
}

SLUICE_EXPORT(rotaryHeadsBackward) {
  const RotaryHeads a = rotaryHeads(call, true);
  const PoolLease lease;
  call.table().rotaryHeadsBackward(a);
}

}  // namespace

void exportGated(napi_env env, napi_value exports) {
  exportFunction(env, exports, "rmsNormForward", rmsNormForward);
  exportFunction(env, exports, "rmsNormBackward", rmsNormBackward);
  exportFunction(env, exports, "gatedSiluForward", gatedSiluForward);
  exportFunction(env, exports, "gatedSiluBackward", gatedSiluBackward);
  exportFunction(env, exports, "rotaryHeadsForward", rotaryHeadsForward);
  exportFunction(env, exports, "rotaryHeadsBackward", rotaryHeadsBackward);
}

}  // namespace sluice
