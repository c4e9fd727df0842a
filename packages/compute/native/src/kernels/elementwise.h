// Elementwise functions, reductions, softmax and transposition of floats, and dropout.

namespace sluice {
namespace SLUICE_ISA {

/** Below this many elements a call is done before another thread has woken. */
constexpr int64_t aloneBelow = 1 << 14;

/** Runs body(begin, end) over ranges of n elements. */
template <class Body> static void forRanges(int64_t n, const Body& body) {
  if (n < aloneBelow) {
    body(int64_t{0}, n);
    return;
  }
  const int64_t ranges = divideUp(n, aloneBelow);
  parallelFor(ranges, [&](int64_t range, int) { body(range * aloneBelow, smaller(n, (range + 1) * aloneBelow)); });
}

template <class X, class Y, class F> static void mapAs(const Unary& a, const F& f) {
  forRanges(a.length, [&](int64_t begin, int64_t end) {
    forLanes(end - begin, [&](int64_t j, auto lanes) {
      store(to<Y>(a.y) + begin + j, f(load(as<X>(a.x) + begin + j, lanes)), lanes);
    });
  });
}

template <class F> static void map(const Unary& a, const F& f) { mapAs<float, float>(a, f); }

static SLUICE_INLINE vf sigmoid(vf x) { return reciprocal<false>(add(set1(1.f), exp(sub(zero(), x)))); }
static SLUICE_INLINE vf magnitude(vf x) { return max(x, sub(zero(), x)); }

static void unary(const Unary& a) {
  switch (a.function) {
    case UnaryFunction::copy:
      if (a.x.type == Type::bf16 && a.y.type == Type::f32) mapAs<bf16, float>(a, [](vf x) { return x; });
      else if (a.x.type == Type::f32 && a.y.type == Type::bf16) mapAs<float, bf16>(a, [](vf x) { return x; });
      else if (a.x.type == Type::bf16) mapAs<bf16, bf16>(a, [](vf x) { return x; });
      else map(a, [](vf x) { return x; });
      return;
    case UnaryFunction::negate: return map(a, [](vf x) { return sub(zero(), x); });
    case UnaryFunction::absolute: return map(a, [](vf x) { return magnitude(x); });
    case UnaryFunction::square: return map(a, [](vf x) { return mul(x, x); });
    case UnaryFunction::squareRoot: return map(a, [](vf x) { return sqrt(x); });
    case UnaryFunction::inverseSquareRoot: return map(a, [](vf x) { return div(set1(1.f), sqrt(x)); });
    case UnaryFunction::reciprocal: return map(a, [](vf x) { return div(set1(1.f), x); });
    case UnaryFunction::exponential: return map(a, [](vf x) { return exp(x); });
    case UnaryFunction::relu: return map(a, [](vf x) { return max(x, zero()); });
    case UnaryFunction::sigmoid: return map(a, [](vf x) { return sigmoid(x); });
    case UnaryFunction::gelu:
      return map(a, [](vf x) {
        vf slope;
        return gelu<false, false>(x, &slope);
      });
  }
}

static void geluBackward(const GeluBackward& a) {
  forRanges(a.length, [&](int64_t begin, int64_t end) {
    forLanes(end - begin, [&](int64_t j, auto lanes) {
      vf slope;
      gelu<false, true>(load(a.x + begin + j, lanes), &slope);
      store(a.dx + begin + j, mul(load(a.dy + begin + j, lanes), slope), lanes);
    });
  });
}

/** y[r, c] = f(a[r * rowA + c * columnA], b[…]); the column strides are 0 or 1. */
template <class F> static void combine(const Binary& a, const F& f) {
  const auto row = [&](int64_t r, int64_t c0, int64_t c1) {
    const float* x = as<float>(a.a) + r * a.rowA;
    const float* z = as<float>(a.b) + r * a.rowB;
    float* y = a.y + r * a.columns;
    if (a.columnA && a.columnB) {
      forLanes(c1 - c0, [&](int64_t j, auto l) { store(y + c0 + j, f(load(x + c0 + j, l), load(z + c0 + j, l)), l); });
    } else if (a.columnA) {
      forLanes(c1 - c0, [&](int64_t j, auto l) { store(y + c0 + j, f(load(x + c0 + j, l), set1(*z)), l); });
    } else if (a.columnB) {
      forLanes(c1 - c0, [&](int64_t j, auto l) { store(y + c0 + j, f(set1(*x), load(z + c0 + j, l)), l); });
    } else {
      forLanes(c1 - c0, [&](int64_t j, auto l) { store(y + c0 + j, f(set1(*x), set1(*z)), l); });
    }
  };
  if (a.rows == 1) {
    forRanges(a.columns, [&](int64_t begin, int64_t end) { row(0, begin, end); });
    return;
  }
  const int64_t together = larger<int64_t>(1, aloneBelow / larger<int64_t>(1, a.columns));
  const int64_t ranges = divideUp(a.rows, together);
  parallelFor(ranges, [&](int64_t range, int) {
    for (int64_t r = range * together; r < smaller(a.rows, (range + 1) * together); r++) row(r, 0, a.columns);
  });
}

/** Sums of float and bfloat16: the residual stream and what is added to it. */
template <class A, class B> static void addAs(const Binary& a) {
  const int64_t length = a.rows * a.columns;
  // In place, the lines have been read already.
  const bool past = a.y != a.a.data && a.y != a.b.data && writesPast(a.y, length / 16, 16);
  forRanges(length, [&](int64_t begin, int64_t end) {
    storeRow(a.y + begin, end - begin, past, [&](int64_t j, auto lanes) {
      return add(load(as<A>(a.a) + begin + j, lanes), load(as<B>(a.b) + begin + j, lanes));
    });
    if (past) finishStoringPast();
  });
}

static void binary(const Binary& a) {
  const bool x = a.a.type == Type::bf16, y = a.b.type == Type::bf16;
  const bool whole = a.rowA == a.columns && a.rowB == a.columns && a.columnA && a.columnB;
  if (x || y || (whole && a.function == BinaryFunction::add)) {
    // Only sums of equal shapes are asked for in bfloat16.
    if (x && y) addAs<bf16, bf16>(a);
    else if (x) addAs<bf16, float>(a);
    else if (y) addAs<float, bf16>(a);
    else addAs<float, float>(a);
    return;
  }
  switch (a.function) {
    case BinaryFunction::add: return combine(a, [](vf p, vf q) { return add(p, q); });
    case BinaryFunction::subtract: return combine(a, [](vf p, vf q) { return sub(p, q); });
    case BinaryFunction::multiply: return combine(a, [](vf p, vf q) { return mul(p, q); });
    case BinaryFunction::divide: return combine(a, [](vf p, vf q) { return div(p, q); });
    case BinaryFunction::maximum: return combine(a, [](vf p, vf q) { return max(p, q); });
    case BinaryFunction::minimum: return combine(a, [](vf p, vf q) { return min(p, q); });
    case BinaryFunction::squaredDifference:
      return combine(a, [](vf p, vf q) {
        const vf d = sub(p, q);
        return mul(d, d);
      });
  }
}

/** x[outer, reduced, inner] over its middle. Sums of a row are made in float over 1,024 elements, then in double. */
static void reduce(const Reduce& a) {
  const bool most = a.function == ReduceFunction::maximum;
  const float scale = a.function == ReduceFunction::mean ? 1.f / static_cast<float>(a.reduced) : 1.f;
  const int64_t together = larger<int64_t>(1, aloneBelow / larger<int64_t>(1, a.reduced * a.inner));
  const int64_t ranges = divideUp(a.outer, together);
  const auto one = [&](int64_t index) {
    const float* x = a.x + index * a.reduced * a.inner;
    float* y = a.y + index * a.inner;
    if (a.inner == 1) {
      vf high = set1(-__builtin_inff());
      double total = 0;
      for (int64_t at = 0; at < a.reduced; at += 1024) {
        vf part = zero();
        forLanes(smaller<int64_t>(1024, a.reduced - at), [&](int64_t j, auto lanes) {
          const vf v = load(x + at + j, lanes);
          if (most) high = max(high, orElse(v, lanes, set1(-__builtin_inff())));
          else part = add(part, v);
        });
        total += sum(part);
      }
      y[0] = most ? maximum(high) : static_cast<float>(total) * scale;
      return;
    }
    forLanes(a.inner, [&](int64_t j, auto lanes) {
      vf total = most ? set1(-__builtin_inff()) : zero();
      for (int64_t r = 0; r < a.reduced; r++) {
        const vf v = load(x + r * a.inner + j, lanes);
        total = most ? max(total, v) : add(total, v);
      }
      store(y + j, mul(total, set1(scale)), lanes);
    });
  };
  if (a.outer * a.reduced * a.inner < aloneBelow) {
    for (int64_t index = 0; index < a.outer; index++) one(index);
    return;
  }
  parallelFor(ranges, [&](int64_t range, int) {
    for (int64_t index = range * together; index < smaller(a.outer, (range + 1) * together); index++) one(index);
  });
}

static void softmax(const Softmax& a) {
  const int64_t together = larger<int64_t>(1, aloneBelow / larger<int64_t>(1, a.columns));
  parallelFor(divideUp(a.rows, together), [&](int64_t range, int) {
    for (int64_t row = range * together; row < smaller(a.rows, (range + 1) * together); row++) {
      const float* x = a.x + row * a.columns;
      float* y = a.y + row * a.columns;
      vf high = set1(-__builtin_inff());
      forLanes(a.columns, [&](int64_t j, auto lanes) { high = max(high, orElse(load(x + j, lanes), lanes, high)); });
      const vf most = set1(maximum(high));
      vf total = zero();
      forLanes(a.columns, [&](int64_t j, auto lanes) {
        const vf e = exp(sub(load(x + j, lanes), most));
        total = add(total, orElse(e, lanes, zero()));
        store(y + j, e, lanes);
      });
      const vf factor = set1(1.f / sum(total));
      forLanes(a.columns, [&](int64_t j, auto lanes) { store(y + j, mul(load(y + j, lanes), factor), lanes); });
    }
  });
}

/** x[outer, a, b, inner] to y[outer, b, a, inner]. */
static void transpose(const Transpose& t) {
  const int64_t rowBlocks = divideUp(t.a, int64_t{16});
  const auto block = [&](int64_t task) {
    const int64_t o = task / rowBlocks, i = task % rowBlocks * 16;
    const float* x = t.x + o * t.a * t.b * t.inner;
    float* y = t.y + o * t.a * t.b * t.inner;
    const int64_t rows = smaller<int64_t>(16, t.a - i);
    if (t.inner > 1) {
      for (int64_t r = i; r < i + rows; r++) {
        for (int64_t j = 0; j < t.b; j++) {
          const float* from = x + (r * t.b + j) * t.inner;
          float* into = y + (j * t.a + r) * t.inner;
          forLanes(t.inner, [&](int64_t k, auto lanes) { store(into + k, load(from + k, lanes), lanes); });
        }
      }
      return;
    }
    int64_t j = 0;
    if (rows == 16) {
      for (; j + 16 <= t.b; j += 16) {
        transposeWords(reinterpret_cast<const uint32_t*>(x + i * t.b + j), static_cast<size_t>(t.b), 16,
                       reinterpret_cast<uint32_t*>(y + j * t.a + i), static_cast<size_t>(t.a));
      }
    }
    for (int64_t r = i; r < i + rows; r++) {
      for (int64_t c = j; c < t.b; c++) y[c * t.a + r] = x[r * t.b + c];
    }
  };
  const int64_t tasks = t.outer * rowBlocks;
  if (tasks * 16 * t.b * t.inner < aloneBelow) {
    for (int64_t task = 0; task < tasks; task++) block(task);
  } else {
    const int64_t together = larger<int64_t>(1, aloneBelow / larger<int64_t>(1, 16 * t.b * t.inner));
    parallelFor(divideUp(tasks, together), [&](int64_t range, int) {
      for (int64_t task = range * together; task < smaller(tasks, (range + 1) * together); task++) block(task);
    });
  }
}

template <class X, class Y> static void dropoutAs(const Dropout& a) {
  const uint32_t threshold = keepThreshold(a.rate);
  const vf kept = set1(1.f / (1.f - static_cast<float>(a.rate)));
  forRanges(a.length, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; at += 64) {
      const uint64_t bits = keepBits(a.random, static_cast<uint64_t>(at), threshold);
      forLanes(smaller<int64_t>(64, end - at), [&](int64_t j, auto lanes) {
        const vf v = mul(load(as<X>(a.x) + at + j, lanes), kept);
        store(to<Y>(a.y) + at + j, keepBitsOf(static_cast<uint32_t>(bits >> j), v), lanes);
      });
    }
  });
}

static void dropout(const Dropout& a) {
  const bool x = a.x.type == Type::bf16, y = a.y.type == Type::bf16;
  if (x && y) dropoutAs<bf16, bf16>(a);
  else if (x) dropoutAs<bf16, float>(a);
  else if (y) dropoutAs<float, bf16>(a);
  else dropoutAs<float, float>(a);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
