// A thread that has used the processor's matrix tiles (AMX, through oneDNN's bfloat16 kernels) needs 11 KB for the kernel's part of a
// signal. .NET gives its handler of faults 12 KB in all, so that from then on a null reference in C# would end the process.
#pragma once

namespace rvt {

void enlarge_signal_stack();

// Once per thread, before the first operator could use the tiles.
inline void ensure_signal_stack() {
  static thread_local bool done = false;
  if (!done) {
    done = true;
    enlarge_signal_stack();
  }
}

}  // namespace rvt
