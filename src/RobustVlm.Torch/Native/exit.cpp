#include "exit.h"

#include <c10/util/Exception.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace rvt {

// At the end of the process libtorch's destructors take its operators apart while background threads and the finalizer
// thread may still be calling them, which crashes. Nothing they free outlives the process anyway. .NET has run its own
// handlers by then.
void end_without_destructors() {
  const int failed = on_exit(
      [](int status, void*) {
        std::fflush(nullptr);
        _exit(status);
      },
      nullptr);
  TORCH_CHECK(failed == 0, "no handler for the end of the process could be registered");
}

}  // namespace rvt
