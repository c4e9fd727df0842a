// General tensor operations: what models built by users meet.
#include "call.h"
#include "groups.h"

namespace sluice {
namespace {

/** (bf16, a, b, c, batch, m, n, k, strideA, strideB, transposeA, transposeB) */
SLUICE_EXPORT(matMul) {
  const PrecisionKernels& kernels = call.kernels(0);
  MatMul a;
  a.batch = call.size(4, "batch"), a.m = call.size(5, "m"), a.n = call.size(6, "n"), a.k = call.size(7, "k");
  a.strideA = call.size(8, "strideA", 0), a.strideB = call.size(9, "strideB", 0);
  const int64_t one = product(call, {a.m, a.k}), other = product(call, {a.k, a.n});
  a.a = call.floats(1, "a", product(call, {a.batch - 1, a.strideA}) + one);
  a.b = call.floats(2, "b", product(call, {a.batch - 1, a.strideB}) + other);
  a.c = call.floats(3, "c", product(call, {a.batch, a.m, a.n}));
  a.transposeA = call.flag(10, "transposeA"), a.transposeB = call.flag(11, "transposeB");
  const PoolLease lease;
  kernels.matMul(a);
}

/** (function, x, y, length). Only `copy` takes bfloat16. */
SLUICE_EXPORT(unary) {
  Unary a;
  const int64_t function = call.size(0, "function", 0);
  if (function > static_cast<int64_t>(UnaryFunction::gelu)) call.fail("there is no such function", true);
  a.function = static_cast<UnaryFunction>(function);
  a.length = call.size(3, "length");
  const bool copy = a.function == UnaryFunction::copy;
  a.x = copy ? call.array(1, "x", a.length) : call.arrayOf(Type::f32, 1, "x", a.length);
  a.y = copy ? call.array(2, "y", a.length) : call.arrayOf(Type::f32, 2, "y", a.length);
  const PoolLease lease;
  call.table().unary(a);
}

/** (dy, x, dx, length) */
SLUICE_EXPORT(geluBackward) {
  GeluBackward a;
  a.length = call.size(3, "length");
  a.dy = call.floats(0, "dy", a.length);
  a.x = call.floats(1, "x", a.length);
  a.dx = call.floats(2, "dx", a.length);
  const PoolLease lease;
  call.table().geluBackward(a);
}

/** (function, a, b, y, rows, columns, rowA, columnA, rowB, columnB). bfloat16: sums of equal shapes only. */
SLUICE_EXPORT(binary) {
  Binary a;
  const int64_t function = call.size(0, "function", 0);
  if (function > static_cast<int64_t>(BinaryFunction::squaredDifference)) call.fail("there is no such function", true);
  a.function = static_cast<BinaryFunction>(function);
  a.rows = call.size(4, "rows"), a.columns = call.size(5, "columns");
  a.rowA = call.size(6, "rowA", 0), a.columnA = call.size(7, "columnA", 0);
  a.rowB = call.size(8, "rowB", 0), a.columnB = call.size(9, "columnB", 0);
  if (a.columnA > 1 || a.columnB > 1) call.fail("column strides are 0 or 1", true);
  const int64_t length = product(call, {a.rows, a.columns});
  const bool whole = a.rowA == a.columns && a.rowB == a.columns && a.columnA == 1 && a.columnB == 1;
  const int64_t lengthA = product(call, {a.rows - 1, a.rowA}) + (a.columns - 1) * a.columnA + 1;
  const int64_t lengthB = product(call, {a.rows - 1, a.rowB}) + (a.columns - 1) * a.columnB + 1;
  const bool mixed = whole && a.function == BinaryFunction::add;
  a.a = mixed ? call.array(1, "a", lengthA) : call.arrayOf(Type::f32, 1, "a", lengthA);
  a.b = mixed ? call.array(2, "b", lengthB) : call.arrayOf(Type::f32, 2, "b", lengthB);
  a.y = call.floats(3, "y", length);
  const PoolLease lease;
  call.table().binary(a);
}

/** (function, x, y, outer, reduced, inner) */
SLUICE_EXPORT(reduce) {
  Reduce a;
  const int64_t function = call.size(0, "function", 0);
  if (function > static_cast<int64_t>(ReduceFunction::maximum)) call.fail("there is no such function", true);
  a.function = static_cast<ReduceFunction>(function);
  a.outer = call.size(3, "outer"), a.reduced = call.size(4, "reduced"), a.inner = call.size(5, "inner");
  a.x = call.floats(1, "x", product(call, {a.outer, a.reduced, a.inner}));
  a.y = call.floats(2, "y", product(call, {a.outer, a.inner}));
  const PoolLease lease;
  call.table().reduce(a);
}

/** (x, y, rows, columns) */
SLUICE_EXPORT(softmax) {
  Softmax a;
  a.rows = call.size(2, "rows"), a.columns = call.size(3, "columns");
  const int64_t length = product(call, {a.rows, a.columns});
  a.x = call.floats(0, "x", length);
  a.y = call.floats(1, "y", length);
  const PoolLease lease;
  call.table().softmax(a);
}

/** (x, y, outer, a, b, inner) */
SLUICE_EXPORT(transpose) {
  Transpose t;
  t.outer = call.size(2, "outer"), t.a = call.size(3, "a"), t.b = call.size(4, "b"), t.inner = call.size(5, "inner");
  const int64_t length = product(call, {t.outer, t.a, t.b, t.inner});
  t.x = call.floats(0, "x", length);
  t.y = call.floats(1, "y", length);
  if (t.x == t.y) call.fail("x and y must be different arrays");
  const PoolLease lease;
  call.table().transpose(t);
}

}  // namespace

void exportGeneral(napi_env env, napi_value exports) {
  exportFunction(env, exports, "matMul", matMul);
  exportFunction(env, exports, "unary", unary);
  exportFunction(env, exports, "geluBackward", geluBackward);
  exportFunction(env, exports, "binary", binary);
  exportFunction(env, exports, "reduce", reduce);
  exportFunction(env, exports, "softmax", softmax);
  exportFunction(env, exports, "transpose", transpose);
}

}  // namespace sluice
