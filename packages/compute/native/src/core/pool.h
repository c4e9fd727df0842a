// The thread pool. One for the process: several Node environments (worker threads) share it.
#pragma once
#include "types.h"

namespace sluice {

/** Threads that work on a call, the caller's included. */
int threadCount();

/** Another number for every lease of the pool. */
uint64_t leaseNumber();

/** Sets the number of threads, at least 1. Takes effect with the next call. */
void setThreadCount(int count);

/**
 * Calls task(context, index, worker) once for every index in [0, count), on several threads, and returns when all are done.
 * `worker` is in [0, threadCount()) and no two calls run at the same time with the same worker. Which thread takes which index
 * depends on timing, so a task's results must not depend on `worker`.
 */
void runTasks(int count, void (*task)(void* context, int index, int worker), void* context);

template <class F> static inline void parallelFor(int64_t count, const F& body) {
  if (count <= 0) return;
  runTasks(
      static_cast<int>(count),
      [](void* context, int index, int worker) { (*static_cast<const F*>(context))(index, worker); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

/**
 * Held by a kernel's call for as long as it uses the pool: denormals count as zero meanwhile (moments that have decayed to
 * denormals would make AdamW 20 times slower), and the caller's rounding mode comes back afterwards. A second environment that
 * calls while the pool is busy works alone on its own thread; results do not depend on that.
 */
class PoolLease {
 public:
  PoolLease();
  ~PoolLease();
  PoolLease(const PoolLease&) = delete;
  PoolLease& operator=(const PoolLease&) = delete;

 private:
  uint64_t mode_;
  bool owner_;
};

}  // namespace sluice
