#include "direct.h"

#include <ATen/core/IListRef.h>
#include <c10/core/SymIntArrayRef.h>
#include <c10/util/SmallVector.h>

#include <cstdlib>
#include <tuple>
#include <utility>

namespace rvt {

Value give_list(const std::vector<at::Tensor>& tensors) {
  auto** handles = static_cast<Handle*>(std::malloc(sizeof(Handle) * (tensors.size() + 1)));
  if (handles == nullptr) {
    throw std::bad_alloc();
  }
  for (size_t i = 0; i < tensors.size(); i++) {
    handles[i] = give(tensors[i]);
  }
  Value out{};
  out.tag = tags::kTensorList;
  out.count = static_cast<int32_t>(tensors.size());
  out.p = handles;
  return out;
}

namespace {

using namespace tags;

// A tensor over the caller's reference, which the caller keeps: no counting up and down.
class Borrowed {
 public:
  explicit Borrowed(Handle handle) {
    if (handle != nullptr) {
      tensor_ = at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(static_cast<at::TensorImpl*>(handle)));
    }
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    if (tensor_.defined()) {
      tensor_.unsafeReleaseTensorImpl();
    }
  }
  at::Tensor& get() { return tensor_; }

 private:
  at::Tensor tensor_;
};

class BorrowedList {
 public:
  explicit BorrowedList(const Value& v) {
    auto* handles = static_cast<Handle*>(v.p);
    tensors_.reserve(v.count);
    for (int32_t i = 0; i < v.count; i++) {
      tensors_.push_back(at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(static_cast<at::TensorImpl*>(handles[i]))));
    }
  }
  BorrowedList(const BorrowedList&) = delete;
  BorrowedList& operator=(const BorrowedList&) = delete;
  ~BorrowedList() {
    for (auto& tensor : tensors_) {
      tensor.unsafeReleaseTensorImpl();
    }
  }
  at::TensorList get() const { return tensors_; }

  static bool fits(const Value& v) {
    if (v.tag != kTensorList) {
      return false;
    }
    for (int32_t i = 0; i < v.count; i++) {
      if (static_cast<Handle*>(v.p)[i] == nullptr) {
        return false;
      }
    }
    return true;
  }

 private:
  c10::SmallVector<at::Tensor, 8> tensors_;
};

bool is_tensor(const Value& v) { return v.tag == kTensor && v.p != nullptr; }

at::IntArrayRef ints(const Value& v) { return {static_cast<const int64_t*>(v.p), static_cast<size_t>(v.count)}; }

// For each C++ parameter type: its letter in a signature's key (see `key_of`), which values fit, and how to pass one.
template <typename T>
struct Parameter;

template <>
struct Parameter<const at::Tensor&> {
  static constexpr char letter = 't';
  static bool fits(const Value& v) { return is_tensor(v); }
  explicit Parameter(const Value& v) : held(v.p) {}
  const at::Tensor& pass() { return held.get(); }
  Borrowed held;
};

template <>
struct Parameter<at::Tensor&> {
  static constexpr char letter = 'w';
  static bool fits(const Value& v) { return is_tensor(v); }
  explicit Parameter(const Value& v) : held(v.p) {}
  at::Tensor& pass() { return held.get(); }
  Borrowed held;
};

template <>
struct Parameter<const c10::optional<at::Tensor>&> {
  static constexpr char letter = 'o';
  static bool fits(const Value& v) { return v.tag == kNone || is_tensor(v); }
  explicit Parameter(const Value& v) {
    if (v.tag == kTensor) {
      held = borrow(v.p);
    }
  }
  const c10::optional<at::Tensor>& pass() { return held; }
  c10::optional<at::Tensor> held;
};

template <>
struct Parameter<at::TensorList> {
  static constexpr char letter = 'L';
  static bool fits(const Value& v) { return BorrowedList::fits(v); }
  explicit Parameter(const Value& v) : held(v) {}
  at::TensorList pass() { return held.get(); }
  BorrowedList held;
};

template <>
struct Parameter<const at::ITensorListRef&> {
  static constexpr char letter = 'L';
  static bool fits(const Value& v) { return BorrowedList::fits(v); }
  explicit Parameter(const Value& v) : held(v), list(held.get()) {}
  const at::ITensorListRef& pass() { return list; }
  BorrowedList held;
  at::ITensorListRef list;
};

template <>
struct Parameter<const at::Scalar&> {
  static constexpr char letter = 's';
  static bool fits(const Value& v) { return v.tag == kInt || v.tag == kDouble || v.tag == kBool; }
  explicit Parameter(const Value& v) : held(v.tag == kDouble ? at::Scalar(v.d) : v.tag == kBool ? at::Scalar(v.i != 0) : at::Scalar(v.i)) {}
  const at::Scalar& pass() { return held; }
  at::Scalar held;
};

template <typename T, char Letter, int32_t Kind>
struct Plain {
  static constexpr char letter = Letter;
  static bool fits(const Value& v) { return v.tag == Kind; }
  explicit Plain(const Value& v) : value(v) {}
  T pass() { return static_cast<T>(value.i); }
  const Value& value;
};

template <>
struct Parameter<int64_t> : Plain<int64_t, 'i', kInt> {
  using Plain::Plain;
};

template <>
struct Parameter<at::ScalarType> : Plain<at::ScalarType, 'i', kInt> {
  using Plain::Plain;
};

template <>
struct Parameter<bool> : Plain<bool, 'b', kBool> {
  using Plain::Plain;
};

template <>
struct Parameter<double> : Plain<double, 'd', kDouble> {
  using Plain::Plain;
  double pass() { return value.d; }
};

// Types and memory formats are numbers in a schema, and nothing in it tells them apart.
template <typename T, char Letter, int32_t Kind>
struct Optional {
  static constexpr char letter = Letter;
  static bool fits(const Value& v) { return v.tag == kNone || v.tag == Kind; }
  explicit Optional(const Value& v) : value(v) {}
  c10::optional<T> pass() { return value.tag == kNone ? c10::optional<T>() : c10::optional<T>(static_cast<T>(value.i)); }
  const Value& value;
};

template <>
struct Parameter<c10::optional<int64_t>> : Optional<int64_t, 'j', kInt> {
  using Optional::Optional;
};

template <>
struct Parameter<c10::optional<at::ScalarType>> : Optional<at::ScalarType, 'j', kInt> {
  using Optional::Optional;
};

template <>
struct Parameter<c10::optional<at::MemoryFormat>> : Optional<at::MemoryFormat, 'j', kInt> {
  using Optional::Optional;
};

template <>
struct Parameter<c10::optional<at::Layout>> : Optional<at::Layout, 'j', kInt> {
  using Optional::Optional;
};

template <>
struct Parameter<c10::optional<bool>> : Optional<bool, 'c', kBool> {
  using Optional::Optional;
};

template <>
struct Parameter<c10::optional<at::Device>> {
  static constexpr char letter = 'v';
  static bool fits(const Value& v) { return v.tag == kNone || v.tag == kDevice; }
  explicit Parameter(const Value& v) {
    if (v.tag == kDevice) {
      held = at::Device(static_cast<at::DeviceType>(v.i & 0xff), static_cast<c10::DeviceIndex>(static_cast<int8_t>(v.count)));
    }
  }
  c10::optional<at::Device> pass() { return held; }
  c10::optional<at::Device> held;
};

template <>
struct Parameter<at::IntArrayRef> {
  static constexpr char letter = 'I';
  static bool fits(const Value& v) { return v.tag == kIntList; }
  explicit Parameter(const Value& v) : value(v) {}
  at::IntArrayRef pass() { return ints(value); }
  const Value& value;
};

template <>
struct Parameter<at::OptionalIntArrayRef> {
  static constexpr char letter = 'J';
  static bool fits(const Value& v) { return v.tag == kNone || v.tag == kIntList; }
  explicit Parameter(const Value& v) : value(v) {}
  at::OptionalIntArrayRef pass() { return value.tag == kNone ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(ints(value)); }
  const Value& value;
};

template <>
struct Parameter<c10::SymIntArrayRef> {
  static constexpr char letter = 'S';
  static bool fits(const Value& v) {
    if (v.tag != kIntList) {
      return false;
    }
    for (const auto size : ints(v)) {
      if (!c10::SymInt::check_range(size)) {
        return false;
      }
    }
    return true;
  }
  explicit Parameter(const Value& v) : value(v) {}
  // A plain number within the range checked above is its own symbolic number.
  c10::SymIntArrayRef pass() {
    static_assert(sizeof(c10::SymInt) == sizeof(int64_t));
    return {static_cast<const c10::SymInt*>(value.p), static_cast<size_t>(value.count)};
  }
  const Value& value;
};

Value result_of(at::Tensor&& tensor) {
  Value out{};
  out.tag = kTensor;
  out.p = give(std::move(tensor));
  return out;
}

Value result_of(const std::vector<at::Tensor>& tensors) { return give_list(tensors); }

template <typename Signature>
class Typed;

template <typename Return, typename... Arguments>
class Typed<Return(Arguments...)> final : public DirectCall {
 public:
  explicit Typed(const c10::TypedOperatorHandle<Return(Arguments...)>& op) : op_(op) {}

  static std::string key() { return {result_letter(), Parameter<Arguments>::letter...}; }

  bool call(const Value* arguments, Value* result) const override { return call(arguments, result, std::index_sequence_for<Arguments...>()); }

 private:
  static constexpr char result_letter() {
    return std::is_same_v<Return, at::Tensor> ? 't' : std::is_same_v<Return, at::Tensor&> ? 'w' : std::is_void_v<Return> ? '-' : 'L';
  }

  template <size_t... I>
  bool call(const Value* arguments, Value* result, std::index_sequence<I...>) const {
    if (!(Parameter<Arguments>::fits(arguments[I]) && ...)) {
      return false;
    }
    std::tuple<Parameter<Arguments>...> held{arguments[I]...};
    if constexpr (std::is_void_v<Return> || std::is_same_v<Return, at::Tensor&>) {
      op_.call(std::get<I>(held).pass()...);
      *result = Value{};
    } else {
      *result = result_of(op_.call(std::get<I>(held).pass()...));
    }
    return true;
  }

  c10::TypedOperatorHandle<Return(Arguments...)> op_;
};

template <typename Signature>
bool try_bind(const c10::OperatorHandle& op, const std::string& key, std::unique_ptr<DirectCall>& found) {
  if (found != nullptr || key != Typed<Signature>::key()) {
    return found != nullptr;
  }
  try {
    found = std::make_unique<Typed<Signature>>(op.typed<Signature>());
  } catch (const c10::Error&) {
    // Same letters, other C++ types.
  }
  return found != nullptr;
}

template <typename... Signatures>
std::unique_ptr<DirectCall> first_fit(const c10::OperatorHandle& op, const std::string& key) {
  std::unique_ptr<DirectCall> found;
  (try_bind<Signatures>(op, key, found) || ...);
  return found;
}

bool is_symbolic(const c10::TypePtr& type) { return type->str().find("SymInt") != std::string::npos; }

char letter_of(const c10::Argument& argument) {
  const auto text = argument.type()->str();
  const bool written = argument.alias_info() != nullptr && argument.alias_info()->isWrite();
  if (text == "Tensor") return written ? 'w' : 't';
  if (text == "Tensor[]") return 'L';
  if (text == "Tensor?") return 'o';
  if (text == "Scalar" || text == "number") return 's';
  if (is_symbolic(argument.real_type())) return text == "int[]" ? 'S' : '?';
  if (text == "int") return 'i';
  if (text == "float") return 'd';
  if (text == "bool") return 'b';
  if (text == "int?") return 'j';
  if (text == "bool?") return 'c';
  if (text == "Device?") return 'v';
  if (text == "int[]") return 'I';
  if (text == "int[]?") return 'J';
  return '?';
}

// The result's letter, then one per parameter.
std::string key_of(const c10::FunctionSchema& schema) {
  if (schema.returns().size() > 1) {
    return "";
  }
  std::string key(1, schema.returns().empty() ? '-' : letter_of(schema.returns()[0]));
  for (const auto& argument : schema.arguments()) {
    key.push_back(letter_of(argument));
  }
  return key;
}

using T = at::Tensor;
using In = const at::Tensor&;
using Out = at::Tensor&;
using Maybe = const c10::optional<at::Tensor>&;
using List = at::TensorList;
using Number = const at::Scalar&;
using Int = int64_t;
using Ints = at::IntArrayRef;
using Sizes = c10::SymIntArrayRef;
using MaybeType = c10::optional<at::ScalarType>;
using MaybeLayout = c10::optional<at::Layout>;
using MaybeDevice = c10::optional<at::Device>;
using MaybeFormat = c10::optional<at::MemoryFormat>;
using MaybeBool = c10::optional<bool>;

}  // namespace

std::unique_ptr<DirectCall> bind_direct(const c10::OperatorHandle& op) {
  const auto key = key_of(op.schema());
  return first_fit<
      // elementwise
      T(In), T(In, In), T(In, Number), T(In, In, Number), T(In, Number, Number), T(In, In, In), T(In, In, In, Number),
      // the same in place
      Out(Out), Out(Out, In), Out(Out, Number), Out(Out, In, Number), Out(Out, Number, Number), Out(Out, In, In), Out(Out, In, In, Number),
      Out(Out, In, bool),
      // along dimensions
      T(In, Int), T(In, Int, Int), T(In, Int, Int, Int), T(In, Int, bool), T(In, Int, MaybeType), T(In, MaybeType), T(In, bool),
      T(In, at::OptionalIntArrayRef, bool, MaybeType), T(In, Ints, bool), T(In, Int, In), T(In, c10::optional<Int>, bool),
      // shapes and copies
      T(In, Ints), T(In, Sizes), T(In, Sizes, bool), T(In, MaybeFormat), T(In, at::ScalarType, bool, bool, MaybeFormat),
      T(Sizes, MaybeType, MaybeLayout, MaybeDevice, MaybeBool), T(Ints, MaybeType, MaybeLayout, MaybeDevice, MaybeBool),
      T(Sizes, MaybeType, MaybeLayout, MaybeDevice, MaybeBool, MaybeFormat), T(Ints, MaybeType, MaybeLayout, MaybeDevice, MaybeBool, MaybeFormat),
      T(In, MaybeType, MaybeLayout, MaybeDevice, MaybeBool, MaybeFormat),
      T(const at::ITensorListRef&, Int), T(List, Int),
      // layers and losses
      T(In, In, Maybe), T(In, In, Int), T(In, In, Maybe, Int), T(In, In, Maybe, Int, Int, double), T(In, double, bool),
      T(In, Ints, Maybe, Maybe, double, bool), T(In, Sizes, Maybe, Maybe, double, bool), T(In, In, Maybe, Ints, Ints, Ints, Int),
      T(In, In, In, Number, Number), T(In, In, Int, bool, bool),
      // lists of parameters
      void(List), void(List, Number), void(List, List), void(List, List, Number), void(List, List, List, Number), std::vector<T>(List),
      std::vector<T>(List, Number), std::vector<T>(List, List, Number)>(op, key);
}

}  // namespace rvt
