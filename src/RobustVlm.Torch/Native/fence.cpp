// For tests: puts every tensor right before a page that cannot be touched, so that reading or writing beyond its end
// stops the process at the culprit instead of spoiling some other tensor.
#include "guard.h"

#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>
#include <torch/csrc/api/include/torch/version.h>
#include <unistd.h>

#include <atomic>
#include <limits>
#include <mutex>
#include <unordered_map>

namespace {

struct Region {
  void* start;
  size_t length;
};

std::atomic<size_t> slack{0};
std::mutex mutex;
std::unordered_map<void*, Region> regions;

void release(void* data) {
  if (data == nullptr) {
    return;
  }
  Region region{};
  {
    std::lock_guard<std::mutex> lock(mutex);
    const auto found = regions.find(data);
    region = found->second;
    regions.erase(found);
  }
  munmap(region.start, region.length);
}

struct FencedAllocator final : at::Allocator {
#if TORCH_VERSION_MAJOR >= 2
  at::DataPtr allocate(size_t bytes) override {
#else
  at::DataPtr allocate(size_t bytes) const override {
#endif
    if (bytes == 0) {
      return {nullptr, nullptr, &release, at::Device(at::DeviceType::CPU)};
    }
    constexpr size_t alignment = 16;
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    TORCH_CHECK(bytes < std::numeric_limits<size_t>::max() / 2, "not enough memory: ", bytes, " bytes");
    const auto used = (bytes + alignment - 1) / alignment * alignment + slack.load();
    const auto pages = (used + page - 1) / page * page;
    void* start = mmap(nullptr, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TORCH_CHECK(start != MAP_FAILED, "not enough memory: ", bytes, " bytes");
    mprotect(static_cast<char*>(start) + pages, page, PROT_NONE);
    void* data = static_cast<char*>(start) + pages - used;
    std::lock_guard<std::mutex> lock(mutex);
    regions[data] = {start, pages + page};
    return {data, data, &release, at::Device(at::DeviceType::CPU)};
  }

  at::DeleterFnPtr raw_deleter() const override { return &release; }

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  void copy_data(void* destination, const void* source, size_t bytes) const override { default_copy_data(destination, source, bytes); }
#endif
};

FencedAllocator allocator;

}  // namespace

// The first `bytes_of_slack` bytes beyond the end may still be touched.
RVT_API(rvt_fence_for_test, (int64_t bytes_of_slack), (bytes_of_slack)) {
  slack = static_cast<size_t>(bytes_of_slack);
  c10::SetCPUAllocator(&allocator, 255);
}
