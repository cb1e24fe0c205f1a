#include "callbacks.h"

namespace {

rvt::Callbacks table{};

}  // namespace

namespace rvt {

const Callbacks& callbacks() { return table; }

}  // namespace rvt

// Called once, before the first object is handed over.
RVT_API(rvt_set_callbacks, (void* apply, void* hook, void* release), (apply, hook, release)) {
  table.apply = reinterpret_cast<decltype(table.apply)>(apply);
  table.hook = reinterpret_cast<decltype(table.hook)>(hook);
  table.release = reinterpret_cast<decltype(table.release)>(release);
}
