#include "blocks.h"
#include "exit.h"
#include "guard.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/util/Logging.h>
#include <malloc.h>

#include <atomic>

namespace {

void allow_tf32(bool allowed) {
  at::globalContext().setAllowTF32CuDNN(allowed);
  at::globalContext().setAllowTF32CuBLAS(allowed);
}

// Counts what tensors really hold on the CPU: views share storage, so counting per tensor would be wrong.
struct Usage {
  std::atomic<int64_t> live{0};
  std::atomic<int64_t> peak{0};
};

Usage usage;

// OpenBLAS's kernels for complex matrices read beyond the last element; that must not touch a foreign page.
constexpr size_t kSlack = 256;

void count(int64_t size) {
  const auto live = usage.live.fetch_add(size, std::memory_order_relaxed) + size;
  auto peak = usage.peak.load(std::memory_order_relaxed);
  while (live > peak && !usage.peak.compare_exchange_weak(peak, live, std::memory_order_relaxed)) {
  }
}

void deallocate(void* data) {
  if (data == nullptr) {
    return;
  }
  if (const auto size = rvt::blocks::release(data); size > 0) {
    usage.live.fetch_sub(static_cast<int64_t>(size), std::memory_order_relaxed);
    return;
  }
  usage.live.fetch_sub(static_cast<int64_t>(malloc_usable_size(data)), std::memory_order_relaxed);
  c10::free_cpu(data);
}

struct CountingAllocator final : at::Allocator {
#if RVT_LIBTORCH >= 200
  at::DataPtr allocate(size_t bytes) override {
#else
  at::DataPtr allocate(size_t bytes) const override {
#endif
    const size_t padded = bytes == 0 ? 0 : bytes + kSlack;
    void* data = nullptr;
    if (padded >= rvt::blocks::kSmallest) {
      size_t size = 0;
      data = rvt::blocks::allocate(padded, size);
      if (data != nullptr) {
        count(static_cast<int64_t>(size));
      }
    }
    if (data == nullptr) {
      data = c10::alloc_cpu(padded);   // throws with libtorch's own words where there is no memory
      if (data != nullptr) {
        count(static_cast<int64_t>(malloc_usable_size(data)));
      }
    }
    return {data, data, &deallocate, at::Device(at::DeviceType::CPU)};
  }

  at::DeleterFnPtr raw_deleter() const override { return &deallocate; }

#if RVT_LIBTORCH >= 203
  void copy_data(void* destination, const void* source, size_t bytes) const override { default_copy_data(destination, source, bytes); }
#endif
};

CountingAllocator allocator;
thread_local std::string configuration;

}  // namespace

// Called once, before any tensor exists.
RVT_API(rvt_start, (int64_t** live_bytes, int64_t** peak_bytes), (live_bytes, peak_bytes)) {
  // A backtrace through the hundreds of libraries that libtorch loads costs milliseconds per error, and nobody reads it.
  c10::SetStackTraceFetcher([] { return std::string(); });
  c10::SetCPUAllocator(&allocator, 200);
  rvt::end_without_destructors();

  // cuDNN would otherwise round the inputs of float32 convolutions to ten bits: an attack's gradient is worse for it, and nothing tells.
  allow_tf32(false);

  // Tensors below the size of a block come from malloc, which would map and unmap the larger of them one by one and shrink
  // the heap whenever a few are freed: the next step then pays for every page again.
  mallopt(M_MMAP_THRESHOLD, 2 * static_cast<int>(rvt::blocks::kSmallest));
  mallopt(M_TRIM_THRESHOLD, 16 * static_cast<int>(rvt::blocks::kSmallest));
  static_assert(sizeof(std::atomic<int64_t>) == sizeof(int64_t), "the managed side reads the counters as plain 64-bit integers");
  *live_bytes = reinterpret_cast<int64_t*>(&usage.live);
  *peak_bytes = reinterpret_cast<int64_t*>(&usage.peak);
}

RVT_API(rvt_tf32, (int32_t* allowed), (allowed)) { *allowed = at::globalContext().allowTF32CuDNN() && at::globalContext().allowTF32CuBLAS(); }

RVT_API(rvt_set_tf32, (int32_t allowed), (allowed)) { allow_tf32(allowed != 0); }

RVT_API(rvt_reset_peak, (), ()) { usage.peak.store(usage.live.load()); }

RVT_API(rvt_version, (const char** text, int32_t* length), (text, length)) {
  static const std::string version = TORCH_VERSION;
  *text = version.data();
  *length = static_cast<int32_t>(version.size());
}

RVT_API(rvt_configuration, (const char** text, int32_t* length), (text, length)) {
  configuration = at::show_config() + at::get_parallel_info();
  *text = configuration.data();
  *length = static_cast<int32_t>(configuration.size());
}

RVT_API(rvt_cuda_device_count, (int32_t* count), (count)) { *count = at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs()) : 0; }

RVT_API(rvt_autocast, (int32_t device, int32_t* enabled, int32_t* dtype), (device, enabled, dtype)) {
  const auto type = static_cast<c10::DeviceType>(device);
#if RVT_LIBTORCH >= 204
  *enabled = at::autocast::is_autocast_enabled(type);
  *dtype = static_cast<int32_t>(at::autocast::get_autocast_dtype(type));
#else
  const bool cpu = type == c10::DeviceType::CPU;
  *enabled = cpu ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
  *dtype = static_cast<int32_t>(cpu ? at::autocast::get_autocast_cpu_dtype() : at::autocast::get_autocast_gpu_dtype());
#endif
}

RVT_API(rvt_set_autocast, (int32_t device, int32_t enabled, int32_t dtype), (device, enabled, dtype)) {
  const auto type = static_cast<c10::DeviceType>(device);
  const auto element = static_cast<at::ScalarType>(dtype);
  TORCH_CHECK_VALUE(type == c10::DeviceType::CPU || type == c10::DeviceType::CUDA, "autocast is for the CPU and for CUDA, not for ", type);
  TORCH_CHECK_VALUE(element == at::kBFloat16 || element == at::kHalf || enabled == 0, "autocast computes in BFloat16 or Float16, not in ", element);
#if RVT_LIBTORCH >= 204
  at::autocast::set_autocast_enabled(type, enabled != 0);
  at::autocast::set_autocast_dtype(type, element);
#else
  if (type == c10::DeviceType::CPU) {
    at::autocast::set_cpu_enabled(enabled != 0);
    at::autocast::set_autocast_cpu_dtype(element);
  } else {
    at::autocast::set_enabled(enabled != 0);
    at::autocast::set_autocast_gpu_dtype(element);
  }
#endif
}

// Weights cast to the lower precision are cached per outermost region.
RVT_API(rvt_autocast_nesting, (int32_t change), (change)) {
  const int depth = change > 0 ? at::autocast::increment_nesting() : at::autocast::decrement_nesting();
  if (depth == 0) {
    at::autocast::clear_cache();
  }
}
