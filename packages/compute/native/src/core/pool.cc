#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace sluice {
namespace {

uint64_t readMode() {
#if defined(__x86_64__) || defined(_M_X64)
  return _mm_getcsr();
#elif defined(__aarch64__)
  uint64_t mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
#else
  return 0;
#endif
}

void writeMode(uint64_t mode) {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_setcsr(static_cast<unsigned>(mode));
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
#else
  (void)mode;
#endif
}

uint64_t flushingMode(uint64_t mode) {
#if defined(__x86_64__) || defined(_M_X64)
  return mode | 0x8040;  // flush to zero, denormals are zero
#elif defined(__aarch64__)
  return mode | (uint64_t{1} << 24);
#else
  return mode;
#endif
}

inline void relax() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/** Long enough to bridge the JavaScript between any two kernels of a step, short enough to be nothing when idle. */
constexpr auto spinTime = std::chrono::microseconds(200);

template <class Ready> bool spinUntil(const Ready& ready) {
  const auto end = std::chrono::steady_clock::now() + spinTime;
  do {
    for (int i = 0; i < 64; i++) {
      if (ready()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return ready();
}

int availableCores() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return larger(1, CPU_COUNT(&set));
#endif
  return larger(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int configuredThreads() {
  const char* text = std::getenv("SLUICE_THREADS");
  const int asked = text ? std::atoi(text) : 0;
  return smaller(asked > 0 ? asked : availableCores(), 256);
}

struct Job {
  void (*task)(void*, int, int) = nullptr;
  void* context = nullptr;
  int count = 0;
};

/**
 * Never destroyed: its threads run until the process ends.
 *
 * A thread joins a call while there is work left. The caller waits for those that have joined, never for one that still sleeps: to
 * wake takes longer than many a kernel.
 */
class Pool {
 public:
  std::mutex lease;

  int size() const { return size_.load(std::memory_order_relaxed); }
  void resize(int count) { size_.store(count, std::memory_order_relaxed); }

  void run(int count, void (*task)(void*, int, int), void* context) {
    const int helpers = smaller(size(), count) - 1;
    if (helpers > 0) start(helpers);
    job_ = {task, context, count};
    next_.store(0, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    const uint64_t number = (call_.load(std::memory_order_relaxed) >> 32) + 1;
    call_.store(number << 32 | static_cast<uint64_t>(helpers) << 16, std::memory_order_seq_cst);
    if (sleepers_.load(std::memory_order_seq_cst) > 0) {
      std::lock_guard<std::mutex> guard(mutex_);
      wake_.notify_all();
    }
    take(job_, 0);
    // Nobody joins from here on.
    const int joined = static_cast<int>(call_.exchange(number << 32, std::memory_order_acq_rel) & 0xffff);
    const auto done = [&] { return done_.load(std::memory_order_acquire) == joined; };
    if (!spinUntil(done)) {
      std::unique_lock<std::mutex> guard(mutex_);
      waiting_ = true;
      finished_.wait(guard, done);
      waiting_ = false;
    }
  }

 private:
  std::atomic<int> size_{configuredThreads()};
  std::vector<std::thread> threads_;
  Job job_;
  alignas(64) std::atomic<int> next_{0};
  /** Threads that have joined the call and found no work left. */
  alignas(64) std::atomic<int> done_{0};
  /** The call's number; in the low 32 bits how many threads may join it, and how many have, 16 each. */
  alignas(64) std::atomic<uint64_t> call_{0};
  std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable wake_, finished_;
  bool waiting_ = false;

  void take(const Job& job, int worker) {
    for (;;) {
      const int index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= job.count) return;
      job.task(job.context, index, worker);
    }
  }

  void start(int count) {
    while (static_cast<int>(threads_.size()) < count) {
      const uint64_t seen = call_.load() >> 32;
      threads_.emplace_back([this, seen] { serve(seen); });
      threads_.back().detach();
    }
  }

  /** @returns the worker it is in the present call, or 0 if that needs nobody more */
  int join() {
    uint64_t call = call_.load(std::memory_order_acquire);
    for (;;) {
      const int joined = static_cast<int>(call & 0xffff), helpers = static_cast<int>(call >> 16 & 0xffff);
      if (joined >= helpers) return 0;
      if (call_.compare_exchange_weak(call, call + 1, std::memory_order_acq_rel, std::memory_order_acquire)) return joined + 1;
    }
  }

  void serve(uint64_t seen) {
    writeMode(flushingMode(readMode()));
    for (;;) {
      const auto called = [&] { return call_.load(std::memory_order_seq_cst) >> 32 != seen; };
      if (!spinUntil(called)) {
        std::unique_lock<std::mutex> guard(mutex_);
        sleepers_.fetch_add(1, std::memory_order_seq_cst);
        wake_.wait(guard, called);
        sleepers_.fetch_sub(1, std::memory_order_seq_cst);
      }
      seen = call_.load(std::memory_order_relaxed) >> 32;
      const int worker = join();
      if (worker == 0) continue;
      // Only who has joined may read the job: the caller waits for it before it writes the next one.
      take(job_, worker);
      done_.fetch_add(1, std::memory_order_acq_rel);
      std::lock_guard<std::mutex> guard(mutex_);
      if (waiting_) finished_.notify_one();
    }
  }
};

Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

thread_local bool ownsPool = false;
std::atomic<uint64_t> leases{0};

}  // namespace

int threadCount() { return pool().size(); }
void setThreadCount(int count) {
  // Not while a call works: its scratch memory is for so many threads.
  std::lock_guard<std::mutex> guard(pool().lease);
  pool().resize(larger(1, smaller(count, 256)));
}

void runTasks(int count, void (*task)(void*, int, int), void* context) {
  if (count > 1 && ownsPool && threadCount() > 1) {
    pool().run(count, task, context);
    return;
  }
  for (int index = 0; index < count; index++) task(context, index, 0);
}

uint64_t leaseNumber() { return leases.load(std::memory_order_relaxed); }

PoolLease::PoolLease() : mode_(readMode()), owner_(pool().lease.try_lock()) {
  leases.fetch_add(1, std::memory_order_relaxed);
  ownsPool = owner_;
  writeMode(flushingMode(mode_));
}

PoolLease::~PoolLease() {
  writeMode(mode_);
  ownsPool = false;
  if (owner_) pool().lease.unlock();
}

}  // namespace sluice
