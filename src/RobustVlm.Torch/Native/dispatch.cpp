// One way into every ATen operator: look its schema up once, then call it with a flat array of tagged values, directly
// where its signature is one of direct.cpp's, else through the dispatcher's boxed convention.
#include "direct.h"
#include "guards.h"
#include "signals.h"
#include "threads.h"

#include <ATen/core/Generator.h>
#include <ATen/core/ivalue.h>

#include <cstdlib>

namespace {

using rvt::Value;
using namespace rvt::tags;

struct Operator {
  c10::OperatorHandle handle;
  std::string schema;
  rvt::Guards guards;
  std::unique_ptr<rvt::DirectCall> direct;   // null: only the boxed call fits
  int32_t parameters;
};

using Stack = std::vector<c10::IValue>;

c10::IValue to_ivalue(const Value& v) {
  switch (v.tag) {
    case kNone: return {};
    case kTensor: return rvt::borrow(v.p);
    case kInt: return v.i;
    case kDouble: return v.d;
    case kBool: return v.i != 0;
    case kIntList: {
      const auto* first = static_cast<const int64_t*>(v.p);
      return c10::IValue(c10::IntArrayRef(first, static_cast<size_t>(v.count)));
    }
    case kDoubleList: {
      c10::List<double> list;
      const auto* first = static_cast<const double*>(v.p);
      list.reserve(v.count);
      for (int32_t i = 0; i < v.count; i++) {
        list.push_back(first[i]);
      }
      return list;
    }
    case kBoolList: {
      c10::List<bool> list;
      const auto* first = static_cast<const uint8_t*>(v.p);
      list.reserve(v.count);
      for (int32_t i = 0; i < v.count; i++) {
        list.push_back(first[i] != 0);
      }
      return list;
    }
    case kTensorList: {
      c10::List<at::Tensor> list;
      auto* first = static_cast<rvt::Handle*>(v.p);
      list.reserve(v.count);
      for (int32_t i = 0; i < v.count; i++) {
        list.push_back(rvt::borrow(first[i]));
      }
      return list;
    }
    case kOptionalTensorList: {
      c10::List<c10::optional<at::Tensor>> list;
      auto* first = static_cast<rvt::Handle*>(v.p);
      list.reserve(v.count);
      for (int32_t i = 0; i < v.count; i++) {
        if (first[i] == nullptr) {
          list.push_back(c10::nullopt);
        } else {
          list.push_back(rvt::borrow(first[i]));
        }
      }
      return list;
    }
    case kString: return std::string(static_cast<const char*>(v.p), static_cast<size_t>(v.count));
    case kDevice:
      return c10::Device(static_cast<c10::DeviceType>(v.i & 0xff), static_cast<c10::DeviceIndex>(static_cast<int8_t>(v.count)));
    case kGenerator: {
      auto* impl = static_cast<c10::GeneratorImpl*>(v.p);
      return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(impl));
    }
    case kScalarList: {
      c10::impl::GenericList list(c10::NumberType::get());
      const auto* first = static_cast<const double*>(v.p);
      list.reserve(v.count);
      for (int32_t i = 0; i < v.count; i++) {
        list.push_back(c10::IValue(first[i]));
      }
      return c10::IValue(list);
    }
    default: TORCH_CHECK(false, "unknown value tag ", v.tag);
  }
}

Value from_ivalue(const c10::IValue& v) {
  Value out{};
  if (v.isTensor()) {
    out.tag = kTensor;
    out.p = rvt::give(v.toTensor());
  } else if (v.isInt()) {
    out.tag = kInt;
    out.i = v.toInt();
  } else if (v.isDouble()) {
    out.tag = kDouble;
    out.d = v.toDouble();
  } else if (v.isBool()) {
    out.tag = kBool;
    out.i = v.toBool();
  } else if (v.isTensorList()) {
    out = rvt::give_list(v.toTensorVector());
  } else if (v.isNone()) {
    out.tag = kNone;
  } else {
    TORCH_CHECK(false, "a result of type ", v.tagKind(), " is not supported by this binding");
  }
  return out;
}

// Keeps the vector's memory between calls; taken out while in use, so that a nested call gets a fresh one.
thread_local Stack spare;

}  // namespace

RVT_API(rvt_op_exists, (const char* name, const char* overload, int32_t* exists), (name, overload, exists)) {
  *exists = c10::Dispatcher::singleton().findSchema({name, overload}).has_value();
}

RVT_API(rvt_op_find, (const char* name, const char* overload, void** result), (name, overload, result)) {
  auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
  TORCH_CHECK(handle.has_value(), "libtorch has no operator ", name, overload[0] ? "." : "", overload);
  // Never freed: operators live as long as the process.
  rvt::Guards guards(handle->schema());
  // A guard reads the arguments in their boxed form.
  auto direct = guards.is_special() ? nullptr : rvt::bind_direct(*handle);
  *result = new Operator{*handle, c10::toString(handle->schema()), std::move(guards), std::move(direct), static_cast<int32_t>(handle->schema().arguments().size())};
}

RVT_API(rvt_op_is_direct, (void* op, int32_t* result), (op, result)) { *result = static_cast<Operator*>(op)->direct != nullptr; }

RVT_API(rvt_op_schema, (void* op, const char** text, int32_t* length), (op, text, length)) {
  const auto& schema = static_cast<Operator*>(op)->schema;
  *text = schema.data();
  *length = static_cast<int32_t>(schema.size());
}

namespace {

// Apart from the direct call, which must not pay for what only this one needs.
__attribute__((noinline)) void call_boxed(const Operator& found, const Value* arguments, int32_t count, Value* results, int32_t capacity, int32_t* result_count) {
  const auto& parameters = found.handle.schema().arguments();
  TORCH_CHECK(static_cast<size_t>(count) <= parameters.size(), "too many arguments: ", count, " for ", parameters.size());

  Stack stack;
  std::swap(stack, spare);
  stack.clear();
  for (int32_t i = 0; i < count; i++) {
    stack.push_back(to_ivalue(arguments[i]));
  }
  for (size_t i = count; i < parameters.size(); i++) {
    TORCH_CHECK(parameters[i].default_value().has_value(), "argument '", parameters[i].name(), "' is missing");
    stack.push_back(*parameters[i].default_value());
  }

  found.guards.check(stack);
  found.handle.callBoxed(&stack);

  *result_count = static_cast<int32_t>(stack.size());
  TORCH_CHECK(*result_count <= capacity, "the operator returned ", *result_count, " values where ", capacity, " were expected");
  for (int32_t i = 0; i < *result_count; i++) {
    results[i] = from_ivalue(stack[i]);
  }
  stack.clear();
  std::swap(stack, spare);
}

}  // namespace

// Arguments left out at the end take the schema's defaults, which lets one table serve several versions of libtorch.
RVT_API(rvt_op_call, (void* op, const Value* arguments, int32_t count, Value* results, int32_t capacity, int32_t* result_count),
        (op, arguments, count, results, capacity, result_count)) {
  rvt::use_wanted_threads();
  rvt::ensure_signal_stack();
  const auto& found = *static_cast<Operator*>(op);
  if (found.direct != nullptr && count == found.parameters && capacity > 0) {
    found.guards.check_enumerations(arguments);
    if (found.direct->call(arguments, results)) {
      *result_count = 1;
      return;
    }
  }
  call_boxed(found, arguments, count, results, capacity, result_count);
}

RVT_API(rvt_free_list, (void* handles), (handles)) { std::free(handles); }
