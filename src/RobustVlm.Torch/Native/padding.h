// Rows are filled up to whole vectors.
#pragma once

#include <cstdint>

namespace rvt {

constexpr int64_t kLane = 16;   // floats of a vector; the compiler splits it where registers are shorter

inline int64_t padded(int64_t count) { return (count + kLane - 1) / kLane * kLane; }

}  // namespace rvt
