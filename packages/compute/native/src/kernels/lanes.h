// Whole and partial vectors under one name, so that a loop's body is written once: forLanes(n, [&](int at, auto lanes) {...}).

namespace sluice {
namespace SLUICE_ISA {

struct Full {
  static constexpr int count = W;
};
struct Part {
  int count;
};

template <class T> static SLUICE_INLINE vf load(const T* p, Full) { return load(p); }
template <class T> static SLUICE_INLINE vf load(const T* p, Part part) { return load(p, part.count); }
template <class T> static SLUICE_INLINE void store(T* p, vf v, Full) { store(p, v); }
template <class T> static SLUICE_INLINE void store(T* p, vf v, Part part) { store(p, v, part.count); }
/** Lanes that do not exist take the value of b. */
static SLUICE_INLINE vf orElse(vf a, Full, vf) { return a; }
static SLUICE_INLINE vf orElse(vf a, Part part, vf b) { return firstFrom(part.count, a, b); }

template <class F> static SLUICE_INLINE void forLanes(int64_t n, const F& body) {
  int64_t at = 0;
  for (; at + W <= n; at += W) body(at, Full{});
  if (at < n) body(at, Part{static_cast<int>(n - at)});
}

/** Results of fewer bytes than this stay in the caches. */
constexpr size_t storePastFrom = size_t{1} << 21;

/**
 * Whether rows may be written past the caches: they begin at lines, and there is so much of them that the caches will have
 * lost them before anybody reads them. It saves reading each line before it is written.
 */
template <class T> static SLUICE_INLINE bool writesPast(const T* data, int64_t rows, int64_t columns) {
  const size_t bytes = static_cast<size_t>(columns) * sizeof(T);
  return canStorePast && reinterpret_cast<uintptr_t>(data) % 64 == 0 && bytes % 64 == 0 &&
         static_cast<size_t>(rows) * bytes >= storePastFrom;
}

/** out[j] = value(j, lanes) for n columns; `past` as writesPast() says. */
template <class T, class F> static SLUICE_INLINE void storeRow(T* out, int64_t n, bool past, const F& value) {
  int64_t at = 0;
  for (; at + 2 * W <= n; at += 2 * W) storeTwo(out + at, value(at, Full{}), value(at + W, Full{}), past);
  for (; at + W <= n; at += W) store(out + at, value(at, Full{}));
  if (at < n) {
    const Part rest{static_cast<int>(n - at)};
    store(out + at, value(at, rest), rest);
  }
}

template <class T> static SLUICE_INLINE const T* as(const Array& array) { return static_cast<const T*>(array.data); }
template <class T> static SLUICE_INLINE T* to(const Array& array) { return static_cast<T*>(array.data); }

}  // namespace SLUICE_ISA
}  // namespace sluice
