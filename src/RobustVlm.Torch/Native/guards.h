// Checks that libtorch leaves out: arguments on which it reads or writes foreign memory, divides by zero or never returns.
#pragma once

#include "direct.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <string>
#include <vector>

namespace rvt {

class Guards {
 public:
  Guards() = default;
  explicit Guards(const c10::FunctionSchema& schema);

  // Whether arguments are looked at that only the boxed call has.
  bool is_special() const { return special_ != nullptr; }

  // Throws where a number is none of its enumeration's.
  void check_enumerations(const Value* arguments) const {
    for (const auto& enumeration : enumerations_) {
      if (arguments[enumeration.position].tag == tags::kInt) {
        check_number(enumeration.kind, arguments[enumeration.position].i);
      }
    }
  }

  // Throws where the operator must not be called with these arguments. Most operators have nothing to check.
  void check(const std::vector<c10::IValue>& arguments) const {
    if (special_ != nullptr || !enumerations_.empty()) {
      check_all(arguments);
    }
  }

 private:
  enum class Kind { kScalarType, kLayout, kMemoryFormat };
  struct Enumeration {
    size_t position;
    Kind kind;
  };
  using Special = void (*)(const std::vector<c10::IValue>&);

  static void check_number(Kind kind, int64_t number);
  void check_all(const std::vector<c10::IValue>& arguments) const;
  static Special find(const std::string& name);

  std::vector<Enumeration> enumerations_;
  Special special_ = nullptr;
};

}  // namespace rvt
