// Calls from libtorch back into managed code: gradients of custom functions, and hooks.
#pragma once

#include "guard.h"

#include <memory>
#include <stdexcept>

namespace rvt {

// All three are [UnmanagedCallersOnly] functions that let no exception out. The two that run user code return 0, or 1 and
// an error object; tensors that go either way are owned by the receiver.
struct Callbacks {
  int32_t (*apply)(void* function, Handle* gradients, int32_t gradient_count, Handle* results, int32_t result_count, void** error);
  int32_t (*hook)(void* function, Handle gradient, Handle* result, void** error);
  void (*release)(void* reference);
};

const Callbacks& callbacks();

// A managed object that native code keeps alive, let go with the last owner.
class ManagedReference {
 public:
  explicit ManagedReference(void* reference) noexcept : reference_(reference) {}
  ManagedReference(const ManagedReference&) = delete;
  ManagedReference& operator=(const ManagedReference&) = delete;
  ~ManagedReference() { callbacks().release(reference_); }

  void* get() const noexcept { return reference_; }

 private:
  void* const reference_;
};

// An exception of managed code on its way through libtorch.
struct ManagedError : std::runtime_error {
  explicit ManagedError(void* error)
      : std::runtime_error("managed code called by libtorch threw an exception"), error(std::make_shared<ManagedReference>(error)) {}

  std::shared_ptr<ManagedReference> error;
};

}  // namespace rvt
