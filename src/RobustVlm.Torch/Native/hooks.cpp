// Hooks: managed functions that see, and may replace, the gradient of a tensor.
#include "callbacks.h"

namespace {

// Holds the tensor weakly: a forgotten handle must not keep its memory.
struct Registration {
  c10::weak_intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl> tensor;
  unsigned position;
};

}  // namespace

// Takes over `function`, also when it fails.
RVT_API(rvt_hook_add, (rvt::Handle tensor, void* function, void** registration), (tensor, function, registration)) {
  const auto reference = std::make_shared<rvt::ManagedReference>(function);
  const at::Tensor target = rvt::borrow(tensor);
  TORCH_CHECK(target.defined(), "the tensor is undefined");
  TORCH_CHECK(target.requires_grad(), "a hook needs a tensor that requires a gradient");
  const unsigned position = target.register_hook([reference](const at::Tensor& gradient) -> at::Tensor {
    if (!gradient.defined()) {
      return {};
    }
    rvt::Handle result = nullptr;
    void* error = nullptr;
    if (rvt::callbacks().hook(reference->get(), rvt::give(gradient), &result, &error) != 0) {
      throw rvt::ManagedError(error);
    }
    return result == nullptr
        ? at::Tensor()
        : at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(static_cast<at::TensorImpl*>(result)));
  });
  *registration = new Registration{c10::weak_intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>(target.getIntrusivePtr()), position};
}

// Frees the registration; with `remove` the hook is taken off the tensor too, where that still lives.
RVT_API(rvt_hook_release, (void* registration, int32_t remove), (registration, remove)) {
  const std::unique_ptr<Registration> owned(static_cast<Registration*>(registration));
  if (remove != 0) {
    if (auto alive = owned->tensor.lock()) {
      at::Tensor(std::move(alive)).remove_hook(owned->position);
    }
  }
}
