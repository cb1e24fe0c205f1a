#include "resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

// Compiled for both; the processor decides at the first call.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FAST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FAST
#endif

namespace resample {
namespace {

// Weights are whole numbers of this many fractional bits, as in Pillow, so that results agree to the bit.
constexpr int kBits = 22;

double weight(Filter filter, double x) {
  x = std::fabs(x);
  switch (filter) {
    case kBilinear: return x < 1 ? 1 - x : 0;
    case kBicubic:
      if (x < 1) return ((1.5 * x) - 2.5) * x * x + 1;
      return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
    default: return 0;
  }
}

double box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }

double support_of(Filter filter) { return filter == kBicubic ? 2 : filter == kBilinear ? 1 : 0.5; }

// For each wanted position of one side: the first source position and the weights from there on.
struct Weights {
  int taps = 0;                 // per position; unused ones are zero
  std::vector<int> first;
  std::vector<int> count;
  std::vector<double> real;
  std::vector<int32_t> whole;

  Weights(Filter filter, int source, int scaled, int start, int wanted) : first(wanted), count(wanted) {
    const double scale = static_cast<double>(source) / scaled;
    const double stretch = filter == kNearest ? 1 : std::max(scale, 1.0);
    const double support = filter == kNearest ? 0.5 : support_of(filter) * stretch;
    taps = static_cast<int>(std::ceil(support)) * 2 + 1;
    real.assign(static_cast<size_t>(wanted) * taps, 0);
    whole.assign(static_cast<size_t>(wanted) * taps, 0);
    for (int i = 0; i < wanted; i++) {
      const double centre = (start + i + 0.5) * scale;
      double* const row = &real[static_cast<size_t>(i) * taps];
      if (filter == kNearest) {
        first[i] = std::clamp(static_cast<int>(std::floor(centre)), 0, source - 1);
        count[i] = 1;
        row[0] = 1;
      } else {
        const int low = std::max(static_cast<int>(centre - support + 0.5), 0);
        const int high = std::min(static_cast<int>(centre + support + 0.5), source);
        first[i] = low;
        count[i] = high - low;
        double sum = 0;
        for (int k = 0; k < count[i]; k++) {
          const double x = (k + low - centre + 0.5) / stretch;
          row[k] = filter == kBox ? box(x) : weight(filter, x);
          sum += row[k];
        }
        for (int k = 0; k < count[i] && sum != 0; k++) row[k] /= sum;
      }
      for (int k = 0; k < count[i]; k++) {
        const double scaled_weight = row[k] * (1 << kBits);
        whole[static_cast<size_t>(i) * taps + k] = static_cast<int32_t>(scaled_weight + (scaled_weight < 0 ? -0.5 : 0.5));
      }
    }
  }
};



constexpr int kRows = 16;   // rows worked on together: one vector register holds a column of them

// Columns of kRows rows lie together in `columns`, so that one weight serves a whole register.
FAST void across_bytes(const uint8_t* columns, int channels, const Weights& weights, int from, int wanted, uint8_t* result) {
  for (int i = 0; i < wanted; i++) {
    const int32_t* const w = &weights.whole[static_cast<size_t>(i) * weights.taps];
    const int count = weights.count[i];
    for (int c = 0; c < channels; c++) {
      const uint8_t* in = columns + (static_cast<int64_t>(weights.first[i] - from) * channels + c) * kRows;
      int32_t sum[kRows];
      for (int r = 0; r < kRows; r++) sum[r] = 1 << (kBits - 1);
      for (int k = 0; k < count; k++, in += channels * kRows) {
        for (int r = 0; r < kRows; r++) sum[r] += in[r] * w[k];
      }
      uint8_t* const out = result + (static_cast<int64_t>(i) * channels + c) * kRows;
      for (int r = 0; r < kRows; r++) {
        const int32_t value = sum[r] >> kBits;
        out[r] = static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
      }
    }
  }
}

FAST void across_floats(const float* in, int channels, const Weights& weights, int wanted, float* result) {
  for (int i = 0; i < wanted; i++) {
    const double* const w = &weights.real[static_cast<size_t>(i) * weights.taps];
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      for (int k = 0; k < weights.count[i]; k++) sum += w[k] * in[static_cast<int64_t>(weights.first[i] + k) * channels + c];
      result[static_cast<int64_t>(i) * channels + c] = static_cast<float>(sum);
    }
  }
}

FAST void down_bytes(const uint8_t* rows, int64_t stride, const int32_t* w, int count, int width, int32_t* sums, uint8_t* result) {
  for (int i = 0; i < width; i++) sums[i] = 1 << (kBits - 1);
  for (int k = 0; k < count; k++) {
    const uint8_t* const row = rows + k * stride;
    const int32_t factor = w[k];
    for (int i = 0; i < width; i++) sums[i] += row[i] * factor;
  }
  for (int i = 0; i < width; i++) {
    const int32_t value = sums[i] >> kBits;
    result[i] = static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
  }
}

FAST void down_floats(const float* rows, int64_t stride, const double* w, int count, int width, double* sums, float* result) {
  for (int i = 0; i < width; i++) sums[i] = 0;
  for (int k = 0; k < count; k++) {
    const float* const row = rows + k * stride;
    for (int i = 0; i < width; i++) sums[i] += row[i] * w[k];
  }
  for (int i = 0; i < width; i++) result[i] = static_cast<float>(sums[i]);
}

// Pillow's luminance of eight-bit colours.
uint8_t luminance(int red, int green, int blue) { return static_cast<uint8_t>((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16); }

float luminance(float red, float green, float blue) { return 0.299f * red + 0.587f * green + 0.114f * blue; }

template <typename T>
void to_grey(const T* row, int width, bool reversed, T* grey) {
  for (int x = 0; x < width; x++) {
    const T first = row[3 * x], last = row[3 * x + 2];
    grey[x] = luminance(reversed ? last : first, row[3 * x + 1], reversed ? first : last);
  }
}

// One finished row of interleaved samples goes into the planes.
template <typename T>
void write(const T* row, int channels, bool reversed, float scale, const Target& target, int y, int x0, int width) {
  const int64_t plane = static_cast<int64_t>(target.width) * target.height;
  for (int c = 0; c < target.channels; c++) {
    const int from = channels == 1 ? 0 : reversed ? 2 - c : c;
    float* const out = target.planes + c * plane + static_cast<int64_t>(y) * target.width + x0;
    for (int x = 0; x < width; x++) out[x] = std::min(1.0f, std::max(0.0f, row[static_cast<int64_t>(x) * channels + from] * scale));
  }
}

float to_float(const Source& source, const void* row, int64_t index) {
  return source.depth == kShort ? static_cast<const uint16_t*>(row)[index] * (1.0f / 65535) : static_cast<const float*>(row)[index];
}

}  // namespace

void run(const Source& source, const Target& target, Filter filter) {
  const int64_t all = static_cast<int64_t>(target.width) * target.height * target.channels;
  const int x0 = std::max(0, -target.left), y0 = std::max(0, -target.top);
  const int x1 = std::min(target.width, target.scaled_width - target.left), y1 = std::min(target.height, target.scaled_height - target.top);
  if (x0 > 0 || y0 > 0 || x1 < target.width || y1 < target.height) std::memset(target.planes, 0, sizeof(float) * all);
  if (x1 <= x0 || y1 <= y0) return;

  const bool grey = target.channels == 1 && source.channels == 3;
  const int channels = grey ? 1 : source.channels;
  const bool across = source.width != target.scaled_width, down = source.height != target.scaled_height;
  const int width = x1 - x0;
  const Weights columns(across ? filter : kNearest, source.width, target.scaled_width, target.left + x0, width);
  const Weights rows(down ? filter : kNearest, source.height, target.scaled_height, target.top + y0, y1 - y0);
  const int low = rows.first.front(), high = rows.first.back() + rows.count.back();
  const int64_t stride = static_cast<int64_t>(width) * channels;
  const int left = columns.first.front(), used = columns.first.back() + columns.count.back() - left;

  if (source.depth == kByte) {
    std::vector<uint8_t> middle(static_cast<size_t>(high - low) * stride);
    std::vector<uint8_t> tile(across ? static_cast<size_t>(used) * channels * kRows : 0), narrow(across ? stride * kRows : 0);
    std::vector<uint8_t> one(grey ? source.width : 0);
    for (int y = low; y < high; y += kRows) {
      const int count = std::min(kRows, high - y);
      for (int r = 0; r < count; r++) {
        const uint8_t* row = static_cast<const uint8_t*>(source.pixels) + (y + r) * source.stride;
        if (grey) {
          to_grey(row, source.width, source.reversed, one.data());
          row = one.data();
        }
        row += static_cast<int64_t>(left) * channels;
        if (!across) {
          std::memcpy(&middle[(y + r - low) * stride], row, stride);
          continue;
        }
        for (int64_t i = 0; i < static_cast<int64_t>(used) * channels; i++) tile[i * kRows + r] = row[i];
      }
      if (across) {
        across_bytes(tile.data(), channels, columns, left, width, narrow.data());
        for (int r = 0; r < count; r++) {
          uint8_t* const out = &middle[(y + r - low) * stride];
          for (int64_t i = 0; i < stride; i++) out[i] = narrow[i * kRows + r];
        }
      }
    }
    std::vector<int32_t> sums(stride);
    std::vector<uint8_t> finished(stride);
    for (int y = 0; y < y1 - y0; y++) {
      const uint8_t* const first = &middle[(rows.first[y] - low) * stride];
      const uint8_t* row = first;
      if (down) {
        down_bytes(first, stride, &rows.whole[static_cast<size_t>(y) * rows.taps], rows.count[y], static_cast<int>(stride), sums.data(), finished.data());
        row = finished.data();
      }
      write(row, channels, source.reversed, 1.0f / 255, target, y0 + y, x0, width);
    }
    return;
  }

  std::vector<float> middle(static_cast<size_t>(high - low) * stride), wide(static_cast<size_t>(source.width) * source.channels), one(grey ? source.width : 0);
  const size_t sample = source.depth == kShort ? 2 : 4;
  for (int y = low; y < high; y++) {
    const void* const raw = static_cast<const uint8_t*>(source.pixels) + y * source.stride * sample;
    for (size_t i = 0; i < wide.size(); i++) wide[i] = to_float(source, raw, static_cast<int64_t>(i));
    const float* row = wide.data();
    if (grey) {
      to_grey(row, source.width, source.reversed, one.data());
      row = one.data();
    }
    across_floats(row, channels, columns, width, &middle[(y - low) * stride]);
  }
  std::vector<double> sums(stride);
  std::vector<float> finished(stride);
  for (int y = 0; y < y1 - y0; y++) {
    down_floats(&middle[(rows.first[y] - low) * stride], stride, &rows.real[static_cast<size_t>(y) * rows.taps], rows.count[y], static_cast<int>(stride), sums.data(), finished.data());
    write(finished.data(), channels, source.reversed, 1, target, y0 + y, x0, width);
  }
}

}  // namespace resample
