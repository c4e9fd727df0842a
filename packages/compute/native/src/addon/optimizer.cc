// AdamW and the norms that clipping needs, over all parameters in one call.
#include "call.h"
#include "groups.h"

namespace sluice {
namespace {

/** (parameters, gradients, m, v, weightDecay, learningRate, beta1, beta2, epsilon, step, gradScale) */
SLUICE_EXPORT(adamW) {
  std::vector<int64_t> lengths, others;
  const std::vector<float*> parameters = call.list(0, "parameters", lengths);
  const auto same = [&](size_t index, const char* name) {
    std::vector<float*> list = call.list(index, name, others);
    if (others != lengths) call.fail(std::string(name) + " must have the lengths of parameters", true);
    return list;
  };
  const std::vector<float*> gradients = same(1, "gradients"), m = same(2, "m"), v = same(3, "v");
  const double* decay = call.doubles(4, "weightDecay", static_cast<int64_t>(parameters.size()));
  std::vector<AdamW::Tensor> tensors(parameters.size());
  for (size_t i = 0; i < tensors.size(); i++) tensors[i] = {parameters[i], gradients[i], m[i], v[i], lengths[i], decay[i]};
  AdamW a;
  a.tensors = tensors.data();
  a.count = static_cast<int64_t>(tensors.size());
  a.learningRate = call.number(5, "learningRate");
  a.beta1 = call.number(6, "beta1");
  a.beta2 = call.number(7, "beta2");
  a.epsilon = call.number(8, "epsilon");
  a.step = call.number(9, "step");
  a.gradScale = call.number(10, "gradScale");
  const PoolLease lease;
  call.table().adamW(a);
}

/** (tensors, sums: Float64Array): the sum of the squares of each. */
SLUICE_EXPORT(squaredNorms) {
  std::vector<int64_t> lengths;
  const std::vector<float*> tensors = call.list(0, "tensors", lengths);
  SquaredNorms a;
  a.tensors = tensors.data();
  a.lengths = lengths.data();
  a.count = static_cast<int64_t>(tensors.size());
  a.sums = call.doubles(1, "sums", a.count);
  const PoolLease lease;
  call.table().squaredNorms(a);
}

}  // namespace

void exportOptimizer(napi_env env, napi_value exports) {
  exportFunction(env, exports, "adamW", adamW);
  exportFunction(env, exports, "squaredNorms", squaredNorms);
}

}  // namespace sluice
