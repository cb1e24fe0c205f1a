#include "guard.h"

#include <c10/util/Exception.h>

#include <new>
#include <stdexcept>

namespace {

thread_local std::string last_message;

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

RVT_API(rvt_throw_for_test, (int32_t kind), (kind)) {
  switch (kind) {
    case 0: TORCH_CHECK(false, "a checked condition failed");
    case 1: throw std::runtime_error("a runtime error");
    case 2: throw std::logic_error("a logic error");
    case 3: throw std::bad_alloc();
    default: throw 42;
  }
}
