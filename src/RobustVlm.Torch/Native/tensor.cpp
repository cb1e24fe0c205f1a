#include "guard.h"

#include <ATen/core/TensorBase.h>
#include <c10/core/TensorImpl.h>

namespace {

at::TensorImpl* impl(rvt::Handle tensor) {
  TORCH_CHECK(tensor != nullptr, "the tensor is undefined");
  return static_cast<at::TensorImpl*>(tensor);
}

}  // namespace

RVT_API(rvt_tensor_release, (rvt::Handle tensor), (tensor)) {
  if (tensor != nullptr) {
    c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(static_cast<at::TensorImpl*>(tensor));
  }
}

RVT_API(rvt_tensor_retain, (rvt::Handle tensor, rvt::Handle* result), (tensor, result)) {
  *result = rvt::give(rvt::borrow(tensor));
}

RVT_API(rvt_tensor_dim, (rvt::Handle tensor, int64_t* result), (tensor, result)) { *result = impl(tensor)->dim(); }

RVT_API(rvt_tensor_numel, (rvt::Handle tensor, int64_t* result), (tensor, result)) { *result = impl(tensor)->numel(); }

// Copies at most `capacity` sizes and reports how many there are.
RVT_API(rvt_tensor_sizes, (rvt::Handle tensor, int64_t* sizes, int32_t capacity, int32_t* count), (tensor, sizes, capacity, count)) {
  const auto all = impl(tensor)->sizes();
  *count = static_cast<int32_t>(all.size());
  for (int32_t i = 0; i < *count && i < capacity; i++) {
    sizes[i] = all[i];
  }
}

RVT_API(rvt_tensor_strides, (rvt::Handle tensor, int64_t* strides, int32_t capacity, int32_t* count), (tensor, strides, capacity, count)) {
  const auto all = impl(tensor)->strides();
  *count = static_cast<int32_t>(all.size());
  for (int32_t i = 0; i < *count && i < capacity; i++) {
    strides[i] = all[i];
  }
}

RVT_API(rvt_tensor_dtype, (rvt::Handle tensor, int32_t* result), (tensor, result)) {
  *result = static_cast<int32_t>(c10::typeMetaToScalarType(impl(tensor)->dtype()));
}

RVT_API(rvt_tensor_device, (rvt::Handle tensor, int32_t* type, int32_t* index), (tensor, type, index)) {
  const auto device = impl(tensor)->device();
  *type = static_cast<int32_t>(device.type());
  *index = device.index();
}

RVT_API(rvt_tensor_data, (rvt::Handle tensor, void** result), (tensor, result)) {
#if RVT_LIBTORCH >= 201
  // The caller may write, and newer versions share storage until somebody does.
  *result = impl(tensor)->mutable_data();
#else
  *result = impl(tensor)->data();
#endif
}

// Everything one needs to read a single element; the data is null where the processor cannot read it.
struct Element {
  int64_t count;
  const void* data;
  int32_t type;
};

RVT_API(rvt_tensor_element, (rvt::Handle tensor, Element* result), (tensor, result)) {
  const auto* t = impl(tensor);
  result->count = t->numel();
  const bool readable = t->is_cpu() && result->count == 1 && !t->is_conj() && !t->is_neg();   // the sign of a view may still wait
  result->data = readable ? t->data() : nullptr;
  result->type = static_cast<int32_t>(c10::typeMetaToScalarType(t->dtype()));
}

RVT_API(rvt_tensor_is_contiguous, (rvt::Handle tensor, int32_t* result), (tensor, result)) { *result = impl(tensor)->is_contiguous(); }

RVT_API(rvt_tensor_requires_grad, (rvt::Handle tensor, int32_t* result), (tensor, result)) { *result = rvt::borrow(tensor).requires_grad(); }

RVT_API(rvt_tensor_set_requires_grad, (rvt::Handle tensor, int32_t value), (tensor, value)) {
  impl(tensor);
  rvt::borrow(tensor).set_requires_grad(value != 0);
}

RVT_API(rvt_tensor_is_leaf, (rvt::Handle tensor, int32_t* result), (tensor, result)) { *result = rvt::borrow(tensor).is_leaf(); }

RVT_API(rvt_tensor_grad, (rvt::Handle tensor, rvt::Handle* result), (tensor, result)) {
  impl(tensor);
  *result = rvt::give(rvt::borrow(tensor).grad());
}

RVT_API(rvt_tensor_set_grad, (rvt::Handle tensor, rvt::Handle gradient), (tensor, gradient)) {
  const at::Tensor owner(rvt::borrow(tensor));
  const at::Tensor value(rvt::borrow(gradient));
  TORCH_CHECK(owner.defined(), "the tensor is undefined");
  if (value.defined()) {
    TORCH_CHECK(!value.is_same(owner), "a tensor cannot be its own gradient");
    TORCH_CHECK(value.sizes() == owner.sizes(), "a gradient of shape ", value.sizes(), " does not fit a tensor of shape ", owner.sizes());
    TORCH_CHECK(value.dtype() == owner.dtype() && value.device() == owner.device(), "a gradient must have the tensor's type and device");
  }
  owner.mutable_grad() = value;
}

RVT_API(rvt_tensor_set_data, (rvt::Handle tensor, rvt::Handle data), (tensor, data)) {
  TORCH_CHECK(impl(data) != impl(tensor), "a tensor cannot replace its own data");
  rvt::borrow(tensor).set_data(rvt::borrow(data));
}

RVT_API(rvt_tensor_retain_grad, (rvt::Handle tensor), (tensor)) {
  impl(tensor);
  rvt::borrow(tensor).retain_grad();
}
