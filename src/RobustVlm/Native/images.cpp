// OpenCV's image codecs behind a C interface. No exception leaves a function: .NET would abort the process.
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include "resample.h"

#define RVI_API(name) extern "C" __attribute__((visibility("default"))) int32_t name

namespace {

enum Mode : int32_t { kUpright = 1, kSigned = 2 };

enum Status : int32_t { kOk = 0, kNotAnImage = 1, kFailed = 2, kOutOfMemory = 3, kCutOff = 4 };

template <typename Body>
int32_t guarded(Body&& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return kOutOfMemory;
  } catch (...) {
    return kFailed;
  }
}

uint32_t big_endian(const uint8_t* p) { return (uint32_t{p[0]} << 24) | (uint32_t{p[1]} << 16) | (uint32_t{p[2]} << 8) | p[3]; }

// OpenCV returns the rows that were there; what is missing would be grey or whatever was in memory.
bool jpeg_is_cut_off(const uint8_t* p, int64_t count) {
  int64_t at = 2;
  while (at + 4 <= count && p[at] == 0xff && p[at + 1] != 0xda) at += p[at + 1] == 0xff ? 1 : 2 + (p[at + 2] << 8 | p[at + 3]);
  for (int64_t end = count - 2; end > at; end--) {
    if (p[end] == 0xff && p[end + 1] == 0xd9) return false;
  }
  return true;
}

// Also refuses a size that the bytes cannot hold, before anything is allocated for it: deflate shrinks to a 1032nd at most.
bool png_is_cut_off(const uint8_t* p, int64_t count) {
  if (count < 33) return true;
  const double channels = p[25] == 2 ? 3 : p[25] == 6 ? 4 : p[25] == 4 ? 2 : 1;
  if (double{1} * big_endian(p + 16) * big_endian(p + 20) * channels * p[24] / 8 > 1100.0 * count) return true;
  for (int64_t at = 8; at + 12 <= count; at += 12 + int64_t{big_endian(p + at)}) {
    if (std::memcmp(p + at + 4, "IEND", 4) == 0) return false;
  }
  return true;
}

bool is_cut_off(const uint8_t* p, int64_t count) {
  if (count > 4 && p[0] == 0xff && p[1] == 0xd8) return jpeg_is_cut_off(p, count);
  if (count > 8 && std::memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0) return png_is_cut_off(p, count);
  return false;
}

}  // namespace

// Decodes a whole file as it is: grey stays one channel, colour is blue first, transparency is dropped. Depth as in resample.h.
// Signed samples, where they are asked for, become floats of the same value. The pixels belong to the handle.
RVI_API(rvi_open)(const uint8_t* bytes, int64_t count, int32_t mode, void** handle, void** pixels, int32_t* width, int32_t* height, int32_t* channels, int32_t* depth) {
  return guarded([&] {
    if (is_cut_off(bytes, count)) {
      return kCutOff;
    }
    const cv::Mat encoded(1, static_cast<int>(count), CV_8U, const_cast<uint8_t*>(bytes));
    const int flags = cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR | (mode & kUpright ? 0 : cv::IMREAD_IGNORE_ORIENTATION);
    cv::Mat image = cv::imdecode(encoded, flags);
    if (image.empty()) {
      return kNotAnImage;
    }
    if (image.depth() == CV_64F || ((mode & kSigned) && (image.depth() == CV_8S || image.depth() == CV_16S))) {
      image.convertTo(image, CV_32F);
    }
    if (image.channels() != 1 && image.channels() != 3) {
      return kNotAnImage;
    }
    switch (image.depth()) {
      case CV_8U: *depth = resample::kByte; break;
      case CV_16U: *depth = resample::kShort; break;
      case CV_32F: *depth = resample::kFloat; break;
      default: return kNotAnImage;
    }
    auto* result = new cv::Mat(image.isContinuous() ? image : image.clone());   // the last thing that can throw
    *handle = result;
    *pixels = result->data;
    *width = result->cols;
    *height = result->rows;
    *channels = result->channels();
    return kOk;
  });
}

// Scales a part of an image and writes a part of the result as planes in [0, 1]; the fields are those of resample.h.
RVI_API(rvi_fit)(const resample::Source* source, const resample::Target* target, int32_t filter) {
  return guarded([&] {
    resample::run(*source, *target, static_cast<resample::Filter>(filter));
    return kOk;
  });
}

// Encodes 8-bit pixels, interleaved RGB or grey, as `extension` (".png", ".jpg", ".tiff").
RVI_API(rvi_encode)(const uint8_t* pixels, int32_t width, int32_t height, int32_t channels, const char* extension, int32_t quality, void** handle, uint8_t** bytes, int64_t* count) {
  return guarded([&] {
    const cv::Mat source(height, width, channels == 3 ? CV_8UC3 : CV_8UC1, const_cast<uint8_t*>(pixels));
    cv::Mat image;
    if (channels == 3) {
      cv::cvtColor(source, image, cv::COLOR_RGB2BGR);
    } else {
      image = source;
    }
    auto* result = new std::vector<uint8_t>();
    if (!cv::imencode(extension, image, *result, {cv::IMWRITE_JPEG_QUALITY, quality})) {
      delete result;
      return kFailed;
    }
    *handle = result;
    *bytes = result->data();
    *count = static_cast<int64_t>(result->size());
    return kOk;
  });
}

RVI_API(rvi_free_image)(void* handle) { return guarded([&] { delete static_cast<cv::Mat*>(handle); return kOk; }); }

RVI_API(rvi_free_bytes)(void* handle) { return guarded([&] { delete static_cast<std::vector<uint8_t>*>(handle); return kOk; }); }
