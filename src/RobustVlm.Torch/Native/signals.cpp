#include "signals.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

namespace rvt {

// .NET unmaps whatever stack is in use when the thread ends, with the page before it; ours is laid out alike.
void enlarge_signal_stack() {
#if defined(__linux__)
  constexpr size_t wanted = 128 * 1024;
  stack_t old{};
  if (sigaltstack(nullptr, &old) != 0 || (old.ss_flags & (SS_DISABLE | SS_ONSTACK)) != 0 || old.ss_size >= wanted) {
    return;
  }
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* memory = mmap(nullptr, wanted + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) {
    return;
  }
  mprotect(memory, page, PROT_NONE);
  stack_t larger{};
  larger.ss_sp = static_cast<char*>(memory) + page;
  larger.ss_size = wanted;
  if (sigaltstack(&larger, nullptr) != 0) {
    munmap(memory, wanted + page);
  }
#endif
}

}  // namespace rvt
