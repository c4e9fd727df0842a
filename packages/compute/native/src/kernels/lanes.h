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

template <class T> static SLUICE_INLINE const T* as(const Array& array) { return static_cast<const T*>(array.data); }
template <class T> static SLUICE_INLINE T* to(const Array& array) { return static_cast<T*>(array.data); }

}  // namespace SLUICE_ISA
}  // namespace sluice
