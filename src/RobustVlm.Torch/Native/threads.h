// The number of threads of one operator. OpenMP keeps it per thread, so a new number must reach every thread that calls in.
#pragma once

#include <atomic>

namespace rvt {

extern std::atomic<int> wanted_threads;
extern __thread int applied_threads;   // thread_local would add a call for its initialisation

void apply_threads();

// At the start of every call that computes; costs two loads and a comparison.
inline void use_wanted_threads() {
  if (applied_threads != wanted_threads.load(std::memory_order_relaxed)) {
    apply_threads();
  }
}

}  // namespace rvt
