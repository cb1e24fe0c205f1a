#include "guard.h"

// Conjugates and the imaginary parts of conjugates are views whose numbers in memory still wait for their sign.
RVT_API(rvt_tensor_is_pending, (rvt::Handle tensor, int32_t* result), (tensor, result)) {
  const auto view = rvt::borrow(tensor);
  *result = view.is_conj() || view.is_neg();
}

RVT_API(rvt_tensor_storage_offset, (rvt::Handle tensor, int64_t* result), (tensor, result)) { *result = rvt::borrow(tensor).storage_offset(); }
