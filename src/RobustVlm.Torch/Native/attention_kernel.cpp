#include "attention_kernel.h"

#include <cmath>
#include <limits>

#define ALWAYS_INLINE inline __attribute__((always_inline))

namespace rvt::attention {

namespace {

typedef float Lanes __attribute__((vector_size(64)));
typedef int32_t Ints __attribute__((vector_size(64)));

ALWAYS_INLINE Lanes all(float value) { return value - Lanes{}; }

ALWAYS_INLINE Lanes load(const float* p) { return *reinterpret_cast<const Lanes*>(p); }

ALWAYS_INLINE void store(float* p, Lanes value) { *reinterpret_cast<Lanes*>(p) = value; }

// exp for numbers up to zero, within two units in the last place; zero where the result would be subnormal. NaN stays NaN.
// Range reduction to |r| <= ln(2) / 2 and the Taylor polynomial of degree 7 in it.
ALWAYS_INLINE Lanes exponential(Lanes x) {
  const float magic = 12582912.0f;   // 1.5 * 2^23: adding it rounds to an integer, which the low bits then hold
  const Lanes shifted = x * 1.44269504088896341f + magic;
  const Ints power = (Ints)shifted - 0x4B400000;
  const Lanes whole = shifted - magic;
  const Lanes r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
  Lanes sum = all(1.0f / 5040);
  sum = sum * r + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const Lanes value = sum * (Lanes)((power + 127) << 23);
  return x < -87.0f ? Lanes{} : value;
}

template <int Rows, int Columns>
ALWAYS_INLINE void block(int64_t inner, const float* a, int64_t a_row, int64_t a_inner, const float* b, int64_t b_row, float* c, int64_t c_row) {
  Lanes sums[Rows][Columns] = {};
  for (int64_t k = 0; k < inner; k++) {
    Lanes right[Columns];
    for (int j = 0; j < Columns; j++) {
      right[j] = load(b + k * b_row + j * kLane);
    }
    for (int i = 0; i < Rows; i++) {
      const float left = a[i * a_row + k * a_inner];
      for (int j = 0; j < Columns; j++) {
        sums[i][j] += left * right[j];
      }
    }
  }
  for (int i = 0; i < Rows; i++) {
    for (int j = 0; j < Columns; j++) {
      store(c + i * c_row + j * kLane, sums[i][j]);
    }
  }
}

template <int Columns>
ALWAYS_INLINE void stripe(int64_t rows, int64_t inner, const float* a, int64_t a_row, int64_t a_inner, const float* b, int64_t b_row, float* c, int64_t c_row) {
  int64_t i = 0;
  for (; i + 6 <= rows; i += 6) {
    block<6, Columns>(inner, a + i * a_row, a_row, a_inner, b, b_row, c + i * c_row, c_row);
  }
  for (; i + 2 <= rows; i += 2) {
    block<2, Columns>(inner, a + i * a_row, a_row, a_inner, b, b_row, c + i * c_row, c_row);
  }
  for (; i < rows; i++) {
    block<1, Columns>(inner, a + i * a_row, a_row, a_inner, b, b_row, c + i * c_row, c_row);
  }
}

// C [rows, columns] = A [rows, inner] B [inner, columns]; columns is a multiple of a vector, A may be a transposed matrix.
template <int Widest>
ALWAYS_INLINE void product(int64_t rows, int64_t columns, int64_t inner, const float* a, int64_t a_row, int64_t a_inner, const float* b, int64_t b_row, float* c, int64_t c_row) {
  int64_t j = 0;
  if constexpr (Widest >= 3) {
    for (; j + 3 * kLane <= columns && columns - j != 4 * kLane; j += 3 * kLane) {
      stripe<3>(rows, inner, a, a_row, a_inner, b + j, b_row, c + j, c_row);
    }
    for (; j + 2 * kLane <= columns; j += 2 * kLane) {
      stripe<2>(rows, inner, a, a_row, a_inner, b + j, b_row, c + j, c_row);
    }
  }
  for (; j < columns; j += kLane) {
    stripe<1>(rows, inner, a, a_row, a_inner, b + j, b_row, c + j, c_row);
  }
}

ALWAYS_INLINE float number(float value) { return value; }

ALWAYS_INLINE float number(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

ALWAYS_INLINE void put(float* place, float value) { *place = value; }

ALWAYS_INLINE void put(uint16_t* place, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  const uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;   // to the nearest, ties to even
  *place = static_cast<uint16_t>(value != value ? 0x7FC0 : rounded);
}

template <typename Number>
ALWAYS_INLINE void pack(const Number* from, int64_t stride, int64_t tokens, int64_t depth, float scale, float* to) {
  const int64_t width = padded(depth);
  for (int64_t i = 0; i < tokens; i++) {
    for (int64_t k = 0; k < depth; k++) {
      to[i * width + k] = number(from[i * stride + k]) * scale;
    }
    for (int64_t k = depth; k < width; k++) {
      to[i * width + k] = 0;
    }
  }
}

template <typename Number>
ALWAYS_INLINE void pack_transposed(const Number* from, int64_t stride, int64_t tokens, int64_t depth, float* to) {
  const int64_t width = padded(tokens);
  for (int64_t k = 0; k < depth; k++) {
    for (int64_t i = 0; i < tokens; i++) {
      to[k * width + i] = number(from[i * stride + k]);
    }
    for (int64_t i = tokens; i < width; i++) {
      to[k * width + i] = 0;
    }
  }
}

template <typename Number>
ALWAYS_INLINE void unpack(const float* from, int64_t tokens, int64_t depth, float scale, Number* to, int64_t stride) {
  const int64_t width = padded(depth);
  for (int64_t i = 0; i < tokens; i++) {
    for (int64_t k = 0; k < depth; k++) {
      put(to + i * stride + k, from[i * width + k] * scale);
    }
  }
}

ALWAYS_INLINE void softmax(float* row, int64_t tokens) {
  const int64_t width = padded(tokens);
  for (int64_t j = tokens; j < width; j++) {
    row[j] = -std::numeric_limits<float>::infinity();
  }
  Lanes high = load(row);
  for (int64_t j = kLane; j < width; j += kLane) {
    const Lanes x = load(row + j);
    high = x > high ? x : high;
  }
  float largest = high[0];
  for (int l = 1; l < kLane; l++) {
    largest = high[l] > largest ? high[l] : largest;
  }
  Lanes sums = {};
  for (int64_t j = 0; j < width; j += kLane) {
    const Lanes e = exponential(load(row + j) - largest);
    sums += e;
    store(row + j, e);
  }
  float sum = 0;
  for (int l = 0; l < kLane; l++) {
    sum += sums[l];
  }
  const float share = 1 / sum;
  for (int64_t j = 0; j < width; j += kLane) {
    store(row + j, load(row + j) * share);
  }
}

template <int Widest, typename Number>
ALWAYS_INLINE void forward_pass(const Head<Number>& head, float* memory) {
  const int64_t tokens = head.tokens, depth = head.depth, width = padded(depth), length = padded(tokens);
  const Scratch scratch(memory, tokens, depth);
  float* scores = head.probabilities != nullptr ? head.probabilities : scratch.scores;
  pack(head.queries, head.stride, tokens, depth, head.scale, scratch.queries);
  pack_transposed(head.keys, head.stride, tokens, depth, scratch.keys);
  pack(head.values, head.stride, tokens, depth, 1, scratch.values);
  product<Widest>(tokens, length, depth, scratch.queries, width, 1, scratch.keys, length, scores, length);
  for (int64_t i = 0; i < tokens; i++) {
    if (head.mask != nullptr) {
      for (int64_t j = 0; j < tokens; j++) {
        scores[i * length + j] += head.mask[i * head.mask_row + j * head.mask_column];
      }
    }
    softmax(scores + i * length, tokens);
  }
  product<Widest>(tokens, width, tokens, scores, length, 1, scratch.values, width, scratch.results, width);
  unpack(scratch.results, tokens, depth, 1, head.output, head.output_stride);
}

template <int Widest, typename Number>
ALWAYS_INLINE void backward_pass(const Head<Number>& head, float* memory) {
  const int64_t tokens = head.tokens, depth = head.depth, width = padded(depth), length = padded(tokens);
  const Scratch scratch(memory, tokens, depth);
  pack(head.queries, head.stride, tokens, depth, 1, scratch.queries);
  pack(head.keys, head.stride, tokens, depth, 1, scratch.keys);
  pack_transposed(head.values, head.stride, tokens, depth, scratch.values);
  pack(head.output_gradient, head.output_stride, tokens, depth, 1, scratch.gradients);
  product<Widest>(tokens, width, tokens, head.probabilities, 1, length, scratch.gradients, width, scratch.results, width);
  unpack(scratch.results, tokens, depth, 1, head.value_gradient, head.stride);
  product<Widest>(tokens, length, depth, scratch.gradients, width, 1, scratch.values, length, scratch.scores, length);
  for (int64_t i = 0; i < tokens; i++) {   // through the softmax
    const float* shares = head.probabilities + i * length;
    float* row = scratch.scores + i * length;
    Lanes sums = {};
    for (int64_t j = 0; j < length; j += kLane) {
      sums += load(shares + j) * load(row + j);
    }
    float sum = 0;
    for (int l = 0; l < kLane; l++) {
      sum += sums[l];
    }
    for (int64_t j = 0; j < length; j += kLane) {
      store(row + j, load(shares + j) * (load(row + j) - sum));
    }
  }
  product<Widest>(tokens, width, tokens, scratch.scores, length, 1, scratch.keys, width, scratch.results, width);
  unpack(scratch.results, tokens, depth, head.scale, head.query_gradient, head.stride);
  product<Widest>(tokens, width, tokens, scratch.scores, 1, length, scratch.queries, width, scratch.results, width);
  unpack(scratch.results, tokens, depth, head.scale, head.key_gradient, head.stride);
}

// One machine code per processor, chosen when it runs: the library may be built on another machine.
#if defined(__x86_64__)
enum class Processor { kBasic, kAvx2, kAvx512 };

Processor processor() {
  static const Processor found = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") ? Processor::kAvx512
      : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? Processor::kAvx2
                                                                         : Processor::kBasic;
  return found;
}

#define PASSES(name)                                                                                                              \
  template <typename Number>                                                                                                      \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx2,fma"))) void name##_avx512(const Head<Number>& head, float* memory) {     \
    name##_pass<3>(head, memory);                                                                                                 \
  }                                                                                                                               \
  template <typename Number>                                                                                                      \
  __attribute__((target("avx2,fma"))) void name##_avx2(const Head<Number>& head, float* memory) {                                 \
    name##_pass<1>(head, memory);                                                                                                 \
  }                                                                                                                               \
  template <typename Number>                                                                                                      \
  void name##_any(const Head<Number>& head, float* memory) {                                                                      \
    switch (processor()) {                                                                                                        \
      case Processor::kAvx512: return name##_avx512(head, memory);                                                                \
      case Processor::kAvx2: return name##_avx2(head, memory);                                                                    \
      default: return name##_pass<1>(head, memory);                                                                               \
    }                                                                                                                             \
  }
#else
#define PASSES(name)                                                    \
  template <typename Number>                                            \
  void name##_any(const Head<Number>& head, float* memory) {            \
    name##_pass<1>(head, memory);                                       \
  }
#endif

PASSES(forward)
PASSES(backward)

}  // namespace

void forward(const Head<float>& head, float* memory) { forward_any(head, memory); }
void forward(const Head<uint16_t>& head, float* memory) { forward_any(head, memory); }
void backward(const Head<float>& head, float* memory) { backward_any(head, memory); }
void backward(const Head<uint16_t>& head, float* memory) { backward_any(head, memory); }

}  // namespace rvt::attention
