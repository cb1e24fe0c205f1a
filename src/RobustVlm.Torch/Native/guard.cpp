#include "callbacks.h"

#include <c10/util/Exception.h>

#include <new>
#include <stdexcept>

namespace {

thread_local std::string last_message;

// Not an object with a destructor: that would call managed code from a thread that is ending.
thread_local std::shared_ptr<rvt::ManagedReference>* last_managed_error = nullptr;

int32_t keep(const rvt::ManagedError& e) noexcept {
  try {
    delete last_managed_error;
    last_managed_error = nullptr;
    last_managed_error = new std::shared_ptr<rvt::ManagedReference>(e.error);
  } catch (...) {
  }
  return rvt::kManagedError;
}

int32_t store(rvt::Status status, const std::string& message) noexcept {
  try {
    last_message = message;
  } catch (...) {
    last_message.clear();
  }
  return status;
}

}  // namespace

namespace rvt {

int32_t handle_current_exception() noexcept {
  try {
    throw;
  } catch (const rvt::ManagedError& e) {
    store(kManagedError, e.what());
    return keep(e);
  } catch (const c10::IndexError& e) {
    return store(kIndexError, e.what_without_backtrace());
  } catch (const c10::TypeError& e) {
    return store(kTypeError, e.what_without_backtrace());
  } catch (const c10::ValueError& e) {
    return store(kValueError, e.what_without_backtrace());
  } catch (const c10::NotImplementedError& e) {
    return store(kNotImplemented, e.what_without_backtrace());
  } catch (const c10::Error& e) {
    const std::string message = e.what_without_backtrace();
    const bool memory = message.find("not enough memory") != std::string::npos ||
        message.find("out of memory") != std::string::npos || message.find("can't allocate memory") != std::string::npos;
    return store(memory ? kOutOfMemory : kError, message);
  } catch (const std::bad_alloc&) {
    return store(kOutOfMemory, "out of memory");
  } catch (const std::exception& e) {
    return store(kError, e.what());
  } catch (...) {
    return store(kError, "an exception of an unknown kind was thrown");
  }
}

}  // namespace rvt

// The message stays valid until the next failing call of the same thread.
RVT_API(rvt_last_error, (const char** message, int32_t* length), (message, length)) {
  *message = last_message.data();
  *length = static_cast<int32_t>(last_message.size());
}

// The exception that managed code threw below the last failing call; null when there was no memory to keep it.
RVT_API(rvt_managed_error, (void** error), (error)) { *error = last_managed_error == nullptr ? nullptr : (*last_managed_error)->get(); }

RVT_API(rvt_managed_error_clear, (), ()) {
  delete last_managed_error;
  last_managed_error = nullptr;
}

RVT_API(rvt_throw_for_test, (int32_t kind), (kind)) {
  switch (kind) {
    case 0: TORCH_CHECK(false, "a checked condition failed");
    case 1: throw std::runtime_error("a runtime error");
    case 2: throw std::logic_error("a logic error");
    case 3: throw std::bad_alloc();
    default: throw 42;
  }
}
