#include "threads.h"

#include "guard.h"

#include <ATen/Parallel.h>

#include <mutex>

#ifndef INTRA_OP_PARALLEL
#error "Compiled without OpenMP, at::parallel_for is a plain loop: every operator of this library would run on one core."
#endif

namespace rvt {

std::atomic<int> wanted_threads{0};
__thread int applied_threads = 0;

void apply_threads() {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  const int count = wanted_threads.load();
  at::set_num_threads(count);
  applied_threads = count;
}

}  // namespace rvt

RVT_API(rvt_threads, (int32_t* count), (count)) {
  rvt::use_wanted_threads();
  *count = at::get_num_threads();
}

RVT_API(rvt_set_threads, (int32_t count), (count)) {
  TORCH_CHECK_VALUE(count >= 1, "the number of threads must be at least 1, not ", count);
  rvt::wanted_threads.store(count);
  rvt::use_wanted_threads();
}
