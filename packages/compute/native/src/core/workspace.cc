#include "workspace.h"

#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(_WIN32)
#include <malloc.h>
#endif

#include "pool.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define SLUICE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define SLUICE_SANITIZED 1
#endif
#endif

namespace sluice {

void* allocateAligned(size_t bytes) {
  const size_t size = roundUp(larger(bytes, size_t{1}), size_t{64});
#if defined(_WIN32)
  return _aligned_malloc(size, 64);
#else
  constexpr size_t huge = size_t{2} << 20;
  const bool large = bytes >= huge;
  void* memory = nullptr;
  if (posix_memalign(&memory, large ? huge : 64, size) != 0) return nullptr;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  // Advice on whole huge pages only: the tail would be rounded up and waste up to 2 MB.
  if (large) madvise(memory, size / huge * huge, MADV_HUGEPAGE);
#endif
  return memory;
#endif
}

void freeAligned(void* memory) {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
}

/** Grows by a block when a call needs more than ever; the next call then gets one block of the whole size. */
struct Workspace::Arena {
  struct Block {
    char* memory;
    size_t size;
  };
  std::vector<Block> blocks;
  size_t used = 0;    // of the last block
  size_t wanted = 0;  // by the present call
  size_t peak = 0;    // the most that a call has wanted

  size_t bytes() const {
    size_t sum = 0;
    for (const Block& block : blocks) sum += block.size;
    return sum;
  }
  void release() {
    for (const Block& block : blocks) freeAligned(block.memory);
    blocks.clear();
    used = 0;
  }
};

struct ArenaList {
  std::mutex mutex;
  std::vector<Workspace::Arena*> idle;
  size_t bytes = 0;

  void trim() {
    std::lock_guard<std::mutex> guard(mutex);
    for (Workspace::Arena* arena : idle) {
      arena->release();
      delete arena;
    }
    idle.clear();
    bytes = 0;
  }
};

namespace {
ArenaList& arenas() {
  static ArenaList* list = new ArenaList;
  return *list;
}
}  // namespace

Workspace::Workspace() : arena_(nullptr), workers_(static_cast<size_t>(threadCount())) {
  ArenaList& list = arenas();
  std::lock_guard<std::mutex> guard(list.mutex);
  if (list.idle.empty()) {
    arena_ = new Arena;
  } else {
    arena_ = list.idle.back();
    list.idle.pop_back();
  }
  list.bytes -= arena_->bytes();
  arena_->used = 0;
  arena_->wanted = 0;
}

Workspace::~Workspace() {
  ArenaList& list = arenas();
  arena_->peak = larger(arena_->peak, arena_->wanted);
  if (arena_->blocks.size() > 1) arena_->release();
  std::lock_guard<std::mutex> guard(list.mutex);
  list.bytes += arena_->bytes();
  list.idle.push_back(arena_);
}

void* Workspace::take(size_t bytes) {
  bytes = roundUp(larger(bytes, size_t{1}), size_t{64});
  Arena& arena = *arena_;
  arena.wanted += bytes;
#if defined(SLUICE_SANITIZED)
  // Every piece for itself, so that a step over its end is seen.
  constexpr bool alone = true;
  const size_t size = bytes;
#else
  constexpr bool alone = false;
  const size_t size = roundUp(larger(bytes, arena.blocks.empty() ? arena.peak : 0), size_t{1} << 16);
#endif
  if (alone || arena.blocks.empty() || arena.used + bytes > arena.blocks.back().size) {
    char* memory = static_cast<char*>(allocateAligned(size));
    if (!memory) throw std::bad_alloc();
    arena.blocks.push_back({memory, size});
    arena.used = 0;
  }
  void* result = arena.blocks.back().memory + arena.used;
  arena.used += bytes;
  return result;
}

void Workspace::forbidGaps(void* first, size_t used, size_t stride) {
#if defined(SLUICE_SANITIZED)
  for (size_t w = 0; w < workers_; w++) {
    ASAN_POISON_MEMORY_REGION(static_cast<char*>(first) + w * stride + used, stride - used);
  }
#else
  (void)first, (void)used, (void)stride;
#endif
}

size_t workspaceBytes() {
  ArenaList& list = arenas();
  std::lock_guard<std::mutex> guard(list.mutex);
  return list.bytes;
}

void trimWorkspace() { arenas().trim(); }

}  // namespace sluice
