#include "blocks.h"

#include "guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

namespace rvt::blocks {
namespace {

constexpr size_t kLine = 64;
constexpr size_t kMostKept = size_t{1} << 30;

struct Block {
  char* start;
  size_t size;   // of the mapping
};

class Blocks {
 public:
  void* allocate(size_t bytes, size_t& size) {
    const std::lock_guard<std::mutex> lock(mutex_);

    // Data that begins at the same place of every page would compete for the same lines of the cache.
    const size_t shift = kLine * (shifts_++ * 17 % (kPage / kLine));
    const size_t wanted = (bytes + shift + kPage - 1) / kPage * kPage;
    Block block{};
    const auto found = free_.lower_bound(wanted);
    if (found != free_.end() && found->first <= wanted + wanted / 4) {
      block = {found->second, found->first};
      kept_ -= block.size;
      free_.erase(found);
    } else {
      // Little more than what was in use at once before: keeping must not raise the peak by much.
      const size_t most = most_in_use_ + most_in_use_ / 8;
      while (kept_ > 0 && in_use_ + kept_ + wanted > most) {
        drop(in_use_ + kept_ + wanted - most);
      }
      block = {map(wanted), wanted};
      if (block.start == nullptr) {
        drop_all();
        block.start = map(wanted);
        if (block.start == nullptr) {
          return nullptr;
        }
      }
    }

    char* data = block.start + shift;
    used_[data] = block;
    in_use_ += block.size;
    most_in_use_ = std::max(most_in_use_, in_use_);
    size = block.size;
    return data;
  }

  size_t release(void* data) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = used_.find(data);
    if (found == used_.end()) {
      return 0;
    }
    const Block block = found->second;
    used_.erase(found);
    in_use_ -= block.size;
    free_.emplace(block.size, block.start);
    kept_ += block.size;
    while (kept_ > limit_) {
      drop(kept_ - limit_);
    }
    return block.size;
  }

  void trim() {
    const std::lock_guard<std::mutex> lock(mutex_);
    drop_all();
    most_in_use_ = in_use_;
  }

 private:
  static char* map(size_t size) {
    const size_t room = size + kHuge;
    void* whole = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (whole == MAP_FAILED) {
      return nullptr;
    }
    auto* begin = static_cast<char*>(whole);
    const size_t skip = (kHuge - reinterpret_cast<uintptr_t>(begin) % kHuge) % kHuge;
    if (skip > 0) {
      munmap(begin, skip);
    }
    munmap(begin + skip + size, room - skip - size);
    madvise(begin + skip, size, MADV_HUGEPAGE);
    return begin + skip;
  }

  // The smallest block that makes the room, else the largest.
  void drop(size_t room) {
    auto block = free_.lower_bound(room);
    if (block == free_.end()) {
      --block;
    }
    munmap(block->second, block->first);
    kept_ -= block->first;
    free_.erase(block);
  }

  void drop_all() {
    while (kept_ > 0) {
      drop(kept_);
    }
  }

  static size_t default_limit() {
    const auto pages = sysconf(_SC_PHYS_PAGES);
    return pages > 0 ? std::min(kMostKept, static_cast<size_t>(pages) * kPage / 16) : kMostKept / 4;
  }

  std::mutex mutex_;
  std::unordered_map<void*, Block> used_;
  std::multimap<size_t, char*> free_;
  const size_t limit_ = default_limit();
  size_t in_use_ = 0;
  size_t most_in_use_ = 0;
  size_t kept_ = 0;
  size_t shifts_ = 0;
};

// Never destroyed: tensors in static variables are freed after everything else.
Blocks& all() {
  static auto* blocks = new Blocks();
  return *blocks;
}

}  // namespace

void* allocate(size_t bytes, size_t& size) { return all().allocate(bytes, size); }

size_t release_block(void* data) { return all().release(data); }

void trim() { all().trim(); }

}  // namespace rvt::blocks

RVT_API(rvt_trim_memory, (), ()) { rvt::blocks::trim(); }
