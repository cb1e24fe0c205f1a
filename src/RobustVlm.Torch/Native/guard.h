// Every native entry point is written with RVT_API, which puts its body inside one catch-all guard: a C++ exception
// can then never reach the .NET runtime, which would abort the process. Symbols are hidden by default, so a function
// that is not written with the macro is not exported either.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstdint>
#include <string>

// Major and minor version of the headers, e.g. 113 for 1.13 and 206 for 2.6.
#define RVT_LIBTORCH (TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR)

namespace rvt {

enum Status : int32_t {
  kOk = 0,
  kError = 1,
  kIndexError = 2,
  kTypeError = 3,
  kValueError = 4,
  kNotImplemented = 5,
  kOutOfMemory = 6,
  kManagedError = 7,
};

int32_t handle_current_exception() noexcept;

// Compiled .NET code may leave the upper halves of the vector registers in use. libtorch's older SSE instructions then
// wait for them at every change between the two encodings, which doubles the price of a small operator.
inline void clear_upper_registers() noexcept {
#if defined(__x86_64__)
  static const bool avx = __builtin_cpu_supports("avx") != 0;
  if (avx) {
    asm volatile("vzeroupper");   // leaves the lower halves alone
  }
#endif
}

template <typename Body>
int32_t guarded(Body&& body) noexcept {
  clear_upper_registers();
  try {
    body();
    return kOk;
  } catch (...) {
    return handle_current_exception();
  }
}

// A handle is a TensorImpl* that owns one reference; null stands for an undefined tensor.
using Handle = void*;

inline Handle give(at::Tensor tensor) {
  return tensor.defined() ? static_cast<Handle>(tensor.unsafeReleaseTensorImpl()) : nullptr;
}

// Borrows: the reference count goes up for the tensor's life here, the caller's handle stays valid.
inline at::Tensor borrow(Handle handle) {
  if (handle == nullptr) {
    return at::Tensor();
  }
  return at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(
      static_cast<at::TensorImpl*>(handle)));
}

}  // namespace rvt

#define RVT_API(name, parameters, arguments)                                              \
  static void name##_body parameters;                                                     \
  extern "C" __attribute__((visibility("default"))) int32_t name parameters noexcept {   \
    return rvt::guarded([&] { name##_body arguments; });                                  \
  }                                                                                       \
  static void name##_body parameters
