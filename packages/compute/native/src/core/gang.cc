#include "gang.h"

#include <thread>
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

#include "pool.h"

namespace sluice {

namespace {

/** An index beyond every loop. */
constexpr uint64_t closed = 0xffffffff;

/** Waits a moment; after many, lets another thread have the core. */
class Patience {
 public:
  void wait() {
    if (++turns_ % 4096 == 0) {
      std::this_thread::yield();
      return;
    }
#if defined(__x86_64__) || defined(_M_X64)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
  }

 private:
  unsigned turns_ = 0;
};

}  // namespace

void Gang::assemble(void (*lead)(void*, Gang&), void* context) {
  Gang gang;
  struct Call {
    Gang* gang;
    void (*lead)(void*, Gang&);
    void* context;
  } call{&gang, lead, context};
  runTasks(
      threadCount(),
      [](void* data, int index, int worker) {
        Call& call = *static_cast<Call*>(data);
        if (index > 0) {
          call.gang->help(worker);
          return;
        }
        call.gang->leader_ = worker;
        call.lead(call.context, *call.gang);
        call.gang->finished_.store(true, std::memory_order_release);
      },
      &call);
}

void Gang::run(int count, Task task, void* context) {
  if (count <= 1) {
    for (int index = 0; index < count; index++) task(context, index, leader_);
    return;
  }
  // Nobody can take an index of the last loop once the next one's words begin to be seen.
  const uint64_t number = (next_.load(std::memory_order_relaxed) >> 32) + 1;
  next_.store(number << 32 | closed, std::memory_order_relaxed);
  count_.store(count, std::memory_order_release);
  task_.store(task, std::memory_order_release);
  context_.store(context, std::memory_order_release);
  done_.store(0, std::memory_order_relaxed);
  next_.store(number << 32, std::memory_order_release);
  while (takeOne(leader_)) {
  }
  Patience patience;
  while (done_.load(std::memory_order_acquire) < count) patience.wait();
}

/** Takes the next index of the present loop, if one is left, and does it. */
bool Gang::takeOne(int worker) {
  uint64_t next = next_.load(std::memory_order_acquire);
  for (;;) {
    const uint64_t index = next & closed;
    // Should the loop have ended meanwhile, these may be another loop's; then the exchange fails, too.
    const int count = count_.load(std::memory_order_acquire);
    const Task task = task_.load(std::memory_order_acquire);
    void* context = context_.load(std::memory_order_acquire);
    if (index >= static_cast<uint64_t>(count)) return false;
    if (!next_.compare_exchange_weak(next, next + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    task(context, static_cast<int>(index), worker);
    done_.fetch_add(1, std::memory_order_release);
    return true;
  }
}

void Gang::help(int worker) {
  Patience patience;
  while (!finished_.load(std::memory_order_acquire)) {
    if (!takeOne(worker)) patience.wait();
  }
}

}  // namespace sluice
