#include "attention_kernel.h"

#include "lanes.h"

namespace rvt::attention {

namespace {

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
ALWAYS_INLINE void unpack(const float* from, int64_t tokens, int64_t depth, float scale, Number* to, int64_t stride) {
  const int64_t width = padded(depth);
  for (int64_t i = 0; i < tokens; i++) {
    for (int64_t k = 0; k < depth; k++) {
      put(to + i * stride + k, from[i * width + k] * scale);
    }
  }
}

template <int Widest, typename Number>
ALWAYS_INLINE void forward_pass(const Head<Number>& head, float* memory) {
  const int64_t tokens = head.tokens, depth = head.depth, width = padded(depth), length = padded(tokens);
  const Scratch scratch(memory, tokens, depth);
  float* scores = head.probabilities != nullptr ? head.probabilities : scratch.scores;
  pack(head.queries, head.stride, tokens, depth, head.scale, scratch.queries);
  transpose<Widest>(head.keys, head.stride, tokens, depth, scratch.keys);
  pack(head.values, head.stride, tokens, depth, 1, scratch.values);
  product<Widest>(tokens, length, depth, scratch.queries, width, 1, scratch.keys, length, scores, length);
  for (int64_t i = 0; i < tokens; i++) {
    if (head.mask != nullptr) {
      for (int64_t j = 0; j < tokens; j++) {
        scores[i * length + j] += head.mask[i * head.mask_row + j * head.mask_column];
      }
    }
    softmax(scores + i * length, tokens, 1);
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
  transpose<Widest>(head.values, head.stride, tokens, depth, scratch.values);
  pack(head.output_gradient, head.output_stride, tokens, depth, 1, scratch.gradients);
  product<Widest>(tokens, width, tokens, head.probabilities, 1, length, scratch.gradients, width, scratch.results, width);
  unpack(scratch.results, tokens, depth, 1, head.value_gradient, head.stride);
  product<Widest>(tokens, length, depth, scratch.gradients, width, 1, scratch.values, length, scratch.scores, length);
  for (int64_t i = 0; i < tokens; i++) {   // through the softmax
    through_softmax(head.probabilities + i * length, scratch.scores + i * length, length);
  }
  product<Widest>(tokens, width, tokens, scratch.scores, length, 1, scratch.keys, width, scratch.results, width);
  unpack(scratch.results, tokens, depth, head.scale, head.query_gradient, head.stride);
  product<Widest>(tokens, width, tokens, scratch.scores, 1, length, scratch.queries, width, scratch.results, width);
  unpack(scratch.results, tokens, depth, head.scale, head.key_gradient, head.stride);
}

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
