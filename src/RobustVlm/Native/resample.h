// Resampling with the results of Pillow's: antialiased filters, two passes, 8-bit images rounded to 8 bits after each pass.
#pragma once
#include <cstdint>

namespace resample {

enum Filter : int32_t { kNearest = 0, kBox = 1, kBilinear = 2, kBicubic = 3 };
enum Depth : int32_t { kByte = 0, kShort = 1, kFloat = 2 };

struct Source {
  const void* pixels;      // interleaved, first pixel of the part that is used
  int64_t stride;          // samples from one row to the next
  int32_t depth;
  int32_t width;
  int32_t height;
  int32_t channels;        // 1 or 3
  bool reversed;           // blue first
};

struct Target {
  int32_t scaled_width;    // what the source becomes
  int32_t scaled_height;
  int32_t left;            // the part of it that is written; outside it there is black
  int32_t top;
  int32_t width;
  int32_t height;
  int32_t channels;        // 1 or 3
  float* planes;           // [channels, height, width], in [0, 1]
};

void run(const Source& source, const Target& target, Filter filter);

}  // namespace resample
