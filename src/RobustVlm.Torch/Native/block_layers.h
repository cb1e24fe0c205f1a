// Nonlinearities and layer norms of a transformer block, and their gradients.
#pragma once

#include "block_kernel.h"
#include "lanes.h"

#include <cmath>

namespace rvt::block {

namespace {

constexpr float kRootHalf = 0.70710678118654752f;
constexpr float kDensity = 0.39894228040143268f;   // of the normal distribution at 0

// The normal distribution up to x, and its density there. Abramowitz and Stegun 7.1.26: at most 0.8e-7 away.
ALWAYS_INLINE void normal(Lanes x, Lanes& share, Lanes& density) {
  const Lanes size = x < 0.0f ? -x : x;
  const Lanes falling = exponential(size * size * -0.5f);
  const Lanes t = 1.0f / (1.0f + size * (0.3275911f * kRootHalf));
  Lanes sum = all(1.061405429f);
  sum = sum * t - 1.453152027f;
  sum = sum * t + 1.421413741f;
  sum = sum * t - 0.284496736f;
  sum = sum * t + 0.254829592f;
  const Lanes outside = 0.5f * sum * t * falling;
  share = x < 0.0f ? outside : 1.0f - outside;
  density = falling * kDensity;
}

ALWAYS_INLINE Lanes sigmoid(Lanes x) {
  const Lanes size = x < 0.0f ? -x : x;
  const Lanes falling = exponential(-size);
  const Lanes share = 1.0f / (1.0f + falling);
  return x < 0.0f ? falling * share : share;
}

ALWAYS_INLINE Lanes activated(bool quick, Lanes x) {
  if (quick) {
    return x * sigmoid(1.702f * x);
  }
  Lanes share, density;
  normal(x, share, density);
  return x * share;
}

ALWAYS_INLINE Lanes slope(bool quick, Lanes x) {
  if (quick) {
    const Lanes share = sigmoid(1.702f * x);
    return share + 1.702f * x * share * (1.0f - share);
  }
  Lanes share, density;
  normal(x, share, density);
  return share + x * density;
}

ALWAYS_INLINE void moments(const float* row, int64_t width, float epsilon, float& mean, float& scale) {
  Lanes sum = {};
  for (int64_t k = 0; k < width; k += kLane) {
    sum += load(row + k);
  }
  mean = total(sum) / static_cast<float>(width);
  Lanes squares = {};
  for (int64_t k = 0; k < width; k += kLane) {
    const Lanes x = load(row + k) - mean;
    squares += x * x;
  }
  scale = 1.0f / std::sqrt(total(squares) / static_cast<float>(width) + epsilon);
}

template <typename Machine>
ALWAYS_INLINE void normalise(const Norm& norm, const float* x, int64_t rows, int64_t width, typename Machine::Number* to) {
  for (int64_t i = 0; i < rows; i++) {
    const float* row = x + i * width;
    float mean, scale;
    moments(row, width, norm.epsilon, mean, scale);
    for (int64_t k = 0; k < width; k += kLane) {
      Machine::save(to + i * width + k, (load(row + k) - mean) * scale * load(norm.weight + k) + load(norm.bias + k));
    }
  }
}

// Adds the gradient through a layer norm to that past it.
ALWAYS_INLINE void through_norm(const Norm& norm, const float* x, const float* gradient, int64_t rows, int64_t width, const float* past, float* to) {
  for (int64_t i = 0; i < rows; i++) {
    const float* row = x + i * width;
    const float* given = gradient + i * width;
    float mean, scale;
    moments(row, width, norm.epsilon, mean, scale);
    Lanes sum = {}, along = {};
    for (int64_t k = 0; k < width; k += kLane) {
      const Lanes g = load(given + k) * load(norm.weight + k);
      sum += g;
      along += g * ((load(row + k) - mean) * scale);
    }
    const float level = total(sum) / static_cast<float>(width), share = total(along) / static_cast<float>(width);
    for (int64_t k = 0; k < width; k += kLane) {
      const Lanes g = load(given + k) * load(norm.weight + k);
      store(to + i * width + k, load(past + i * width + k) + scale * (g - level - (load(row + k) - mean) * scale * share));
    }
  }
}

}  // namespace

}  // namespace rvt::block
