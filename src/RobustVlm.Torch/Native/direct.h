// Calls operators through the dispatcher without boxing their arguments. There is one piece of code per C++ signature, not
// per operator; which one fits is decided when an operator is looked up, by its schema and by libtorch's own check.
#pragma once

#include "guard.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <memory>
#include <vector>

namespace rvt {

namespace tags {

enum Tag : int32_t {
  kNone = 0,
  kTensor = 1,
  kInt = 2,
  kDouble = 3,
  kBool = 4,
  kIntList = 5,
  kDoubleList = 6,
  kBoolList = 7,
  kTensorList = 8,
  kOptionalTensorList = 9,
  kString = 10,
  kDevice = 11,
  kGenerator = 12,
  kScalarList = 13,
};

}  // namespace tags

// One argument or result of an operator.
struct Value {
  int32_t tag;
  int32_t count;
  union {
    int64_t i;
    double d;
    void* p;
  };
};
static_assert(sizeof(Value) == 16, "the managed side lays Value out as 16 bytes");

// The handles of a list, in memory that rvt_free_list frees.
Value give_list(const std::vector<at::Tensor>& tensors);

class DirectCall {
 public:
  virtual ~DirectCall() = default;

  // Writes the one result. An operator that changes its first argument, or returns nothing, leaves kNone. False, with
  // nothing done, where the arguments are not of the expected kinds: the boxed call then says what is wrong with them.
  virtual bool call(const Value* arguments, Value* result) const = 0;
};

// Null where no signature fits.
std::unique_ptr<DirectCall> bind_direct(const c10::OperatorHandle& op);

}  // namespace rvt
