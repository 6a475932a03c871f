// SPDX-License-Identifier: Apache-2.0
#include "threads.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

#include "fp8oracle/thread_group.h"

namespace fp8oracle::cpu {
namespace {

struct Job {
  std::int64_t count;
  const std::function<void(std::int64_t)>& task;
  std::atomic<std::int64_t> next{0};

  void work() {
    for (std::int64_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) task(i);
  }
};

/// Workers that wait for jobs. The caller of run() works too, so a job ends even if no worker
/// comes.
class Pool {
 public:
  explicit Pool(int workers) : owner_(getpid()), workers_(workers) {
    for (int i = 0; i < workers && threads_.start([this] { serve(); }); ++i) continue;
  }

  ~Pool() {
    if (getpid() != owner_) {  // a forked child has the objects, but not the threads
      threads_.forget();
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    threads_.join();
  }

  void run(Job& job) {
    {
      const std::lock_guard lock(mutex_);
      job_ = &job;
      ++generation_;
    }
    wake_.notify_all();
    job.work();
    std::unique_lock lock(mutex_);
    job_ = nullptr;
    idle_.wait(lock, [this] { return active_ == 0; });
  }

  /// The threads that were asked for, the caller's included; there may be fewer.
  int threads() const { return workers_ + 1; }
  bool usable() const { return getpid() == owner_; }

 private:
  void serve() {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return stop_ || (job_ != nullptr && generation_ != seen); });
      if (stop_) return;
      seen = generation_;
      Job* const job = job_;
      ++active_;
      lock.unlock();
      job->work();
      lock.lock();
      if (--active_ == 0) idle_.notify_all();
    }
  }

  const pid_t owner_;
  const int workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  Job* job_ = nullptr;
  std::uint64_t generation_ = 0;
  int active_ = 0;
  bool stop_ = false;
  ThreadGroup threads_;
};

int default_count() {
  if (const char* text = std::getenv("FP8ORACLE_THREADS")) {
    const long count = std::strtol(text, nullptr, 10);
    if (count > 0) return static_cast<int>(std::min(count, 1024L));
  }
  return static_cast<int>(std::max(std::thread::hardware_concurrency(), 1u));
}

std::atomic<int> wanted_count{0};  // 0: not decided yet
std::mutex pool_mutex;             // held by the one caller that uses the pool
std::unique_ptr<Pool> pool;

}  // namespace

int thread_count() {
  if (wanted_count.load() == 0) {
    int expected = 0;
    wanted_count.compare_exchange_strong(expected, default_count());
  }
  return wanted_count.load();
}

void set_thread_count(int count) { wanted_count.store(std::max(count, 0)); }

void parallel_for(std::int64_t count, std::int64_t elements,
                  const std::function<void(std::int64_t)>& task) {
  const int threads = thread_count();
  Job job{count, task};
  if (count > 1 && threads > 1 && elements >= kElementsWorthAThread) {
    const std::unique_lock only_caller(pool_mutex, std::try_to_lock);
    if (only_caller) {
      if (!pool || pool->threads() != threads) pool = std::make_unique<Pool>(threads - 1);
      if (pool->usable()) return pool->run(job);
    }
  }
  job.work();
}

}  // namespace fp8oracle::cpu
