// Large pieces of memory, kept for the next tensor instead of being given back to the system at once: a training step asks
// for the same sizes again and again, and every page the system hands out costs a fault and a clearing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rvt::blocks {

// Smaller ones are malloc's: only from here on can the system give whole huge pages.
constexpr size_t kSmallest = size_t{2} << 20;

// At least `bytes`, aligned to 64, with its real size; null where the system gives none.
void* allocate(size_t bytes, size_t& size);

constexpr size_t kHuge = size_t{2} << 20;   // what blocks are aligned to
constexpr size_t kPage = 4096;              // what their data may be shifted by

size_t release_block(void* data);

// The real size of what `allocate` gave, which is then free for the next; 0 for memory from elsewhere, which is left alone.
inline size_t release(void* data) { return reinterpret_cast<uintptr_t>(data) % kHuge < kPage ? release_block(data) : 0; }

// Gives what is kept back to the system.
void trim();

}  // namespace rvt::blocks
