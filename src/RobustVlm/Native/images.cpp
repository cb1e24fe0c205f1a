// OpenCV's image codecs behind a C interface. No exception leaves a function: .NET would abort the process.
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstdint>
#include <new>
#include <vector>

#define RVI_API(name) extern "C" __attribute__((visibility("default"))) int32_t name

namespace {

enum Status : int32_t { kOk = 0, kNotAnImage = 1, kFailed = 2, kOutOfMemory = 3 };

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

}  // namespace

// Decodes a whole file. Colour comes as RGB, transparency is dropped; 8-bit and 16-bit samples become floats in [0, 1]
// by their full range. With a size, the largest centred square is cut out and scaled to it (area average when shrinking).
// The pixels belong to the handle.
RVI_API(rvi_decode)(const uint8_t* bytes, int64_t count, int32_t grey, int32_t size, void** handle, float** pixels, int32_t* width, int32_t* height, int32_t* channels) {
  return guarded([&] {
    const cv::Mat encoded(1, static_cast<int>(count), CV_8U, const_cast<uint8_t*>(bytes));
    const int flags = cv::IMREAD_ANYDEPTH | (grey ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
    cv::Mat image = cv::imdecode(encoded, flags);
    if (image.empty()) {
      return kNotAnImage;
    }
    double scale = 1.0;
    switch (image.depth()) {
      case CV_8U: scale = 1.0 / 255.0; break;
      case CV_16U: scale = 1.0 / 65535.0; break;
      case CV_32F: case CV_64F: break;
      default: return kNotAnImage;
    }
    if (image.channels() == 3) {
      cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
    }
    auto* result = new cv::Mat();
    image.convertTo(*result, CV_32F, scale);
    if (size > 0) {
      const int side = std::min(result->cols, result->rows);
      const cv::Mat square = (*result)(cv::Rect((result->cols - side) / 2, (result->rows - side) / 2, side, side));
      cv::Mat scaled;
      cv::resize(square, scaled, cv::Size(size, size), 0, 0, side > size ? cv::INTER_AREA : cv::INTER_LINEAR);
      *result = scaled;
    }
    *handle = result;
    *pixels = result->ptr<float>();
    *width = result->cols;
    *height = result->rows;
    *channels = result->channels();
    return kOk;
  });
}

// Encodes 8-bit pixels, interleaved RGB or grey, as `extension` (".png", ".jpg", ".tiff").
RVI_API(rvi_encode)(const uint8_t* pixels, int32_t width, int32_t height, int32_t channels, const char* extension, void** handle, uint8_t** bytes, int64_t* count) {
  return guarded([&] {
    const cv::Mat source(height, width, channels == 3 ? CV_8UC3 : CV_8UC1, const_cast<uint8_t*>(pixels));
    cv::Mat image;
    if (channels == 3) {
      cv::cvtColor(source, image, cv::COLOR_RGB2BGR);
    } else {
      image = source;
    }
    auto* result = new std::vector<uint8_t>();
    if (!cv::imencode(extension, image, *result)) {
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
