// The output projection with its loss.
#include "call.h"
#include "groups.h"

namespace sluice {
namespace {

/** (bf16, hidden, table, targets, weights?, dhidden?, dtable?, rows, width, vocab, losses?) -> loss */
SLUICE_EXPORT(crossEntropy) {
  bool bf16 = false;
  const PrecisionKernels& kernels = call.kernels(0, &bf16);
  const Type kept = bf16 ? Type::bf16 : Type::f32;
  CrossEntropy a;
  a.rows = call.size(7, "rows"), a.width = call.size(8, "width"), a.vocab = call.size(9, "vocab");
  const int64_t hidden = product(call, {a.rows, a.width}), table = product(call, {a.vocab, a.width});
  product(call, {a.rows, a.vocab});
  a.hidden = bf16 ? call.array(1, "hidden", hidden) : call.arrayOf(kept, 1, "hidden", hidden);
  a.table = call.arrayOf(Type::f32, 2, "table", table);
  a.targets = call.indices(3, "targets", a.rows, a.vocab);
  a.weights = call.floatsOrNull(4, "weights", a.rows);
  a.dhidden = call.arrayOfOrNull(kept, 5, "dhidden", hidden);
  a.dtable = call.arrayOfOrNull(Type::f32, 6, "dtable", table);
  if (static_cast<bool>(a.dhidden) != static_cast<bool>(a.dtable)) call.fail("dhidden and dtable go together");
  a.losses = call.floatsOrNull(10, "losses", a.rows);
  double loss = 0;
  a.loss = &loss;
  {
    const PoolLease lease;
    kernels.crossEntropy(a);
  }
  call.result(loss);
}

}  // namespace

void exportLoss(napi_env env, napi_value exports) { exportFunction(env, exports, "crossEntropy", crossEntropy); }

}  // namespace sluice
