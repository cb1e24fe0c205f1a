// Attention of one head as loops over vector registers; libtorch's batched products of small matrices run one after another, on one core.
#pragma once

#include "padding.h"

#include <cstdint>

namespace rvt::attention {

// Which of a head's matrices a pass works on. Padding of rows is zero.
struct Scratch {
  float* queries;     // [T, d], scaled
  float* keys;        // [T, d], or transposed [d, T] in the forward pass
  float* values;      // [T, d], or transposed [d, T] in the backward pass
  float* gradients;   // [T, d]
  float* scores;      // [T, T]
  float* results;     // [T, d]

  static int64_t floats(int64_t tokens, int64_t depth) {
    return 5 * padded(tokens) * padded(depth) + tokens * padded(tokens);
  }

  Scratch(float* memory, int64_t tokens, int64_t depth) {
    const int64_t size = padded(tokens) * padded(depth);
    queries = memory;
    keys = queries + size;
    values = keys + size;
    gradients = values + size;
    results = gradients + size;
    scores = results + size;
  }
};

// One head of one image: rows of its queries, keys and values are `stride` numbers apart, in one number format.
template <typename Number>
struct Head {
  int64_t tokens;
  int64_t depth;
  int64_t stride;          // of queries, keys, values and their gradients
  int64_t output_stride;   // of the output and its gradient
  float scale;
  const Number* queries;
  const Number* keys;
  const Number* values;
  const float* mask;       // added to the scores; null hides nothing
  int64_t mask_row;        // strides of the mask
  int64_t mask_column;
  float* probabilities;    // [T, padded T], written by the forward and read by the backward pass
  Number* output;
  const Number* output_gradient;
  Number* query_gradient;
  Number* key_gradient;
  Number* value_gradient;
};

// bfloat16 as its bits: the upper half of a float32.
void forward(const Head<float>& head, float* memory);
void forward(const Head<uint16_t>& head, float* memory);
void backward(const Head<float>& head, float* memory);
void backward(const Head<uint16_t>& head, float* memory);

}  // namespace rvt::attention
