// Many short loops in a row, one after the other, on several threads.
#pragma once
#include <atomic>

#include "types.h"

namespace sluice {

/**
 * For loops so short that calling the pool for each would cost as much as their work: the pool's threads are called once, and
 * one of them leads through the loops while the others help with whatever loop is going on. In a loop the leader waits for no
 * thread that has not taken an index of it; alone, it does everything itself. Which thread takes which index depends on
 * timing, so results must not depend on `worker`.
 */
class Gang {
 public:
  using Task = void (*)(void* context, int index, int worker);

  /** Calls lead(context, gang) on one thread; when it returns, all work is done. Under a PoolLease. */
  static void assemble(void (*lead)(void* context, Gang& gang), void* context);

  /** Called by the leader: task(context, index, worker) for every index in [0, count), then returns. */
  void run(int count, Task task, void* context);

  template <class F> SLUICE_INLINE void parallelFor(int64_t count, const F& body) {
    run(static_cast<int>(count),
        [](void* context, int index, int worker) { (*static_cast<const F*>(context))(index, worker); },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  /** The loop's number in the high half, the next index to be taken in the low one: taking one is a single exchange. */
  alignas(64) std::atomic<uint64_t> next_{0};
  std::atomic<int> count_{0};
  std::atomic<Task> task_{nullptr};
  std::atomic<void*> context_{nullptr};
  alignas(64) std::atomic<int> done_{0};
  alignas(64) std::atomic<bool> finished_{false};
  int leader_ = 0;

  bool takeOne(int worker);
  void help(int worker);
};

}  // namespace sluice
