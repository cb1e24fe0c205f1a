#include "guard.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/Generator.h>

#include <mutex>

namespace {

at::Generator borrow_generator(void* generator) {
  return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(generator)));
}

}  // namespace

// For a CUDA device the new generator starts as a clone of that device's default one, which libtorch can reach
// without any CUDA header.
RVT_API(rvt_generator_new, (uint64_t seed, int32_t device_type, int32_t device_index, void** result), (seed, device_type, device_index, result)) {
  at::Generator made;
  if (device_type == static_cast<int32_t>(c10::DeviceType::CPU)) {
    made = at::make_generator<at::CPUGeneratorImpl>(seed);
  } else {
    const c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
    made = at::globalContext().defaultGenerator(device).clone();
    made.set_current_seed(seed);
  }
  *result = made.unsafeReleaseGeneratorImpl();
}

RVT_API(rvt_generator_default, (void** result), (result)) {
  auto generator = at::globalContext().defaultGenerator(c10::Device(c10::DeviceType::CPU));
  *result = generator.unsafeReleaseGeneratorImpl();
}

RVT_API(rvt_generator_release, (void* generator), (generator)) {
  if (generator != nullptr) {
    c10::intrusive_ptr<c10::GeneratorImpl>::reclaim(static_cast<c10::GeneratorImpl*>(generator));
  }
}

RVT_API(rvt_generator_set_seed, (void* generator, uint64_t seed), (generator, seed)) {
  auto borrowed = borrow_generator(generator);
  std::lock_guard<std::mutex> lock(borrowed.mutex());
  borrowed.set_current_seed(seed);
}

RVT_API(rvt_generator_seed, (void* generator, uint64_t* seed), (generator, seed)) { *seed = borrow_generator(generator).current_seed(); }

RVT_API(rvt_generator_get_state, (void* generator, rvt::Handle* state), (generator, state)) {
  auto borrowed = borrow_generator(generator);
  std::lock_guard<std::mutex> lock(borrowed.mutex());
  *state = rvt::give(borrowed.get_state());
}

RVT_API(rvt_generator_set_state, (void* generator, rvt::Handle state), (generator, state)) {
  auto borrowed = borrow_generator(generator);
  std::lock_guard<std::mutex> lock(borrowed.mutex());
  borrowed.set_state(rvt::borrow(state));
}

RVT_API(rvt_manual_seed, (uint64_t seed), (seed)) { at::manual_seed(seed); }

// A reference to the stream that operators of a device draw from when they are given none.
RVT_API(rvt_generator_default_on, (int32_t device_type, int32_t device_index, void** result), (device_type, device_index, result)) {
  const c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
  auto generator = at::globalContext().defaultGenerator(device);
  *result = generator.unsafeReleaseGeneratorImpl();
}
