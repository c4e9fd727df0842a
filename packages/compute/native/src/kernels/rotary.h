// Rotary positions (Su et al. 2021) and shared keys and values (Ainslie et al. 2023): from the fused projection to what
// attention reads.

namespace sluice {
namespace SLUICE_ISA {

template <class T> static void rotaryHeadsForwardAs(const RotaryHeads& a) {
  const RowBlocks blocks(a.rows, 1);
  const int64_t dim = a.dim, half = dim / 2, shared = a.heads / a.groups;
  parallelFor(blocks.count, [&](int64_t block, int) {
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      const T* in = as<T>(a.in) + row * (a.heads + 2 * a.groups) * dim;
      T* out = to<T>(a.out) + row * 3 * a.heads * dim;
      const float* cosines = a.cosines + a.positions[row] * half;
      const float* sines = a.sines + a.positions[row] * half;
      const auto turn = [&](const T* from, T* into) {
        forLanes(half, [&](int64_t j, auto lanes) {
          const vf x = load(from + j, lanes), y = load(from + half + j, lanes);
          const vf c = load(cosines + j, lanes), s = load(sines + j, lanes);
          store(into + j, fnma(y, s, mul(x, c)), lanes);
          store(into + half + j, fma(x, s, mul(y, c)), lanes);
        });
      };
      const size_t bytes = static_cast<size_t>(dim) * sizeof(T);
      for (int64_t head = 0; head < a.heads; head++) turn(in + head * dim, out + head * dim);
      for (int64_t group = 0; group < a.groups; group++) {
        T* key = out + (a.heads + group * shared) * dim;
        turn(in + (a.heads + group) * dim, key);
        for (int64_t i = 1; i < shared; i++) std::memcpy(key + i * dim, key, bytes);
        const T* value = in + (a.heads + a.groups + group) * dim;
        for (int64_t i = 0; i < shared; i++) std::memcpy(key + (a.heads + i) * dim, value, bytes);
      }
    }
  });
}

template <class T> static void rotaryHeadsBackwardAs(const RotaryHeads& a) {
  const RowBlocks blocks(a.rows, 1);
  const int64_t dim = a.dim, half = dim / 2, shared = a.heads / a.groups;
  parallelFor(blocks.count, [&](int64_t block, int) {
    for (int64_t row = blocks.begin(block); row < blocks.end(block); row++) {
      const T* in = as<T>(a.in) + row * 3 * a.heads * dim;
      T* out = to<T>(a.out) + row * (a.heads + 2 * a.groups) * dim;
      const float* cosines = a.cosines + a.positions[row] * half;
      const float* sines = a.sines + a.positions[row] * half;
      const auto turnBack = [&](const T* from, int64_t count, T* into) {
        forLanes(half, [&](int64_t j, auto lanes) {
          vf x = load(from + j, lanes), y = load(from + half + j, lanes);
          for (int64_t i = 1; i < count; i++) {
            x = add(x, load(from + i * dim + j, lanes));
            y = add(y, load(from + i * dim + half + j, lanes));
          }
          const vf c = load(cosines + j, lanes), s = load(sines + j, lanes);
          store(into + j, fma(y, s, mul(x, c)), lanes);
          store(into + half + j, fnma(x, s, mul(y, c)), lanes);
        });
      };
      for (int64_t head = 0; head < a.heads; head++) turnBack(in + head * dim, 1, out + head * dim);
      for (int64_t group = 0; group < a.groups; group++) {
        const T* key = in + (a.heads + group * shared) * dim;
        turnBack(key, shared, out + (a.heads + group) * dim);
        const T* value = key + a.heads * dim;
        forLanes(dim, [&](int64_t j, auto lanes) {
          vf total = load(value + j, lanes);
          for (int64_t i = 1; i < shared; i++) total = add(total, load(value + i * dim + j, lanes));
          store(out + (a.heads + a.groups + group) * dim + j, total, lanes);
        });
      }
    }
  });
}

static void rotaryHeadsForward(const RotaryHeads& a) {
  if (a.in.type == Type::bf16) rotaryHeadsForwardAs<bf16>(a);
  else rotaryHeadsForwardAs<float>(a);
}

static void rotaryHeadsBackward(const RotaryHeads& a) {
  if (a.in.type == Type::bf16) rotaryHeadsBackwardAs<bf16>(a);
  else rotaryHeadsBackwardAs<float>(a);
}

}  // namespace SLUICE_ISA
}  // namespace sluice
