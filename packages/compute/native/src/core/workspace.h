// Scratch memory of a kernel's call: kept between calls, so that no page is touched for the first time in a training step.
#pragma once
#include "types.h"

namespace sluice {

/** 64-byte aligned memory, in huge pages where it is large enough for them. Null when there is none. */
void* allocateAligned(size_t bytes);
void freeAligned(void* memory);

/**
 * Leases the arenas for the length of a call. Everything is requested on the caller's thread before the parallel part begins:
 * it throws std::bad_alloc there, where it becomes a JavaScript error.
 */
class Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /** Memory all threads share, for `count` elements, aligned to 64 bytes, contents undefined. */
  template <class T> SLUICE_INLINE T* shared(size_t count) { return static_cast<T*>(take(count * sizeof(T))); }

  /** The same for every worker separately: worker `w` uses `of(w)`. */
  template <class T> struct PerWorker {
    T* first;
    size_t stride;
    SLUICE_INLINE T* of(int worker) const { return first + static_cast<size_t>(worker) * stride; }
  };
  template <class T> SLUICE_INLINE PerWorker<T> perWorker(size_t count) {
    // An odd number of lines apart, so that the workers' blocks do not fall on the same cache sets.
    const size_t bytes = roundUp(count * sizeof(T), size_t{128}) + 64;
    T* first = static_cast<T*>(take(bytes * workers_));
    forbidGaps(first, count * sizeof(T), bytes);
    return {first, bytes / sizeof(T)};
  }

 private:
  struct Arena;
  friend struct ArenaList;
  Arena* arena_;
  size_t workers_;
  void* take(size_t bytes);
  /** Under the address sanitizer: what lies between the workers' blocks is nobody's. */
  void forbidGaps(void* first, size_t used, size_t stride);
};

/** Bytes of scratch memory held by all arenas. */
size_t workspaceBytes();

/** Gives back the scratch memory that no call is using. */
void trimWorkspace();

}  // namespace sluice
