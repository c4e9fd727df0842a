// AdamW over all parameters in one pass, and sums of squares. Elements are dealt out in pieces whose size is fixed.

namespace sluice {
namespace SLUICE_ISA {

constexpr int64_t pieceSize = 1 << 15;

/** Runs body(tensor, begin, end, piece) over the pieces of tensors of the given lengths. */
template <class Lengths, class Body>
static void forPieces(Workspace& workspace, int64_t tensors, const Lengths& lengthOf, const Body& body) {
  int64_t* starts = workspace.shared<int64_t>(static_cast<size_t>(tensors + 1));
  starts[0] = 0;
  for (int64_t t = 0; t < tensors; t++) starts[t + 1] = starts[t] + divideUp(lengthOf(t), pieceSize);
  parallelFor(starts[tensors], [&](int64_t piece, int) {
    int64_t low = 0, high = tensors;
    while (high - low > 1) {
      const int64_t middle = (low + high) / 2;
      if (starts[middle] <= piece) low = middle;
      else high = middle;
    }
    // Tensors of no elements have no pieces: the last tensor that begins here is the one.
    const int64_t begin = (piece - starts[low]) * pieceSize;
    body(low, begin, smaller(lengthOf(low), begin + pieceSize), piece);
  });
}

static void adamW(const AdamW& a) {
  Workspace workspace;
  const float correct1 = static_cast<float>(a.learningRate / (1 - std::pow(a.beta1, a.step)));
  const float correct2 = static_cast<float>(1 / (1 - std::pow(a.beta2, a.step)));
  const vf beta1 = set1(static_cast<float>(a.beta1)), rest1 = set1(static_cast<float>(1 - a.beta1));
  const vf beta2 = set1(static_cast<float>(a.beta2)), rest2 = set1(static_cast<float>(1 - a.beta2));
  const vf factor = set1(static_cast<float>(a.gradScale)), epsilon = set1(static_cast<float>(a.epsilon));
  forPieces(workspace, a.count, [&](int64_t t) { return a.tensors[t].length; },
            [&](int64_t t, int64_t begin, int64_t end, int64_t) {
    const AdamW::Tensor& tensor = a.tensors[t];
    const vf decay = set1(static_cast<float>(1 - a.learningRate * tensor.weightDecay));
    forLanes(end - begin, [&](int64_t j, auto lanes) {
      const int64_t at = begin + j;
      const vf g = mul(load(tensor.gradient + at, lanes), factor);
      const vf m = fma(beta1, load(tensor.m + at, lanes), mul(rest1, g));
      const vf v = fma(beta2, load(tensor.v + at, lanes), mul(rest2, mul(g, g)));
      const vf bottom = add(sqrt(mul(v, set1(correct2))), epsilon);
      const vf p = sub(mul(load(tensor.parameter + at, lanes), decay), div(mul(m, set1(correct1)), bottom));
      store(tensor.m + at, m, lanes);
      store(tensor.v + at, v, lanes);
      store(tensor.parameter + at, p, lanes);
    });
  });
}

static void squaredNorms(const SquaredNorms& a) {
  Workspace workspace;
  int64_t pieces = 0;
  for (int64_t t = 0; t < a.count; t++) pieces += divideUp(a.lengths[t], pieceSize);
  double* sums = workspace.shared<double>(static_cast<size_t>(pieces));
  forPieces(workspace, a.count, [&](int64_t t) { return a.lengths[t]; },
            [&](int64_t t, int64_t begin, int64_t end, int64_t piece) {
    double total = 0;
    for (int64_t at = begin; at < end; at += 1024) {
      vf part = zero();
      forLanes(smaller<int64_t>(1024, end - at), [&](int64_t j, auto lanes) {
        const vf v = load(a.tensors[t] + at + j, lanes);
        part = fma(v, v, part);
      });
      total += sum(part);
    }
    sums[piece] = total;
  });
  int64_t piece = 0;
  for (int64_t t = 0; t < a.count; t++) {
    a.sums[t] = 0;
    for (int64_t n = divideUp(a.lengths[t], pieceSize); n > 0; n--) a.sums[t] += sums[piece++];
  }
}

}  // namespace SLUICE_ISA
}  // namespace sluice
