#include "block_kernel.h"

#include "block_engines.h"
#include "block_layers.h"

#include <algorithm>
#include <atomic>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace rvt::block {

namespace {

std::atomic<Machine> forced{Machine::kNone};

// Scratch memory of a group, cut one piece after another.
struct Pieces {
  char* next;

  template <typename Number>
  Number* take(int64_t count) {
    auto* piece = reinterpret_cast<Number*>(next);
    next += (count * static_cast<int64_t>(sizeof(Number)) + 63) / 64 * 64;
    return piece;
  }
};

ALWAYS_INLINE int64_t padded_rows(const Block& block) { return padded(group(block) * block.tokens) + kLane; }

// Rows of floats for the loops over heads; those of bfloat16 are widened once.
ALWAYS_INLINE const float* widened(const float* numbers, int64_t, float*) { return numbers; }

ALWAYS_INLINE const float* widened(const uint16_t* numbers, int64_t count, float* to) {
  for (int64_t k = 0; k < count; k += kLane) {
    store(to + k, load(numbers + k));
  }
  return to;
}

template <typename Machine>
ALWAYS_INLINE void forward_pass(const Block& block, const Kept<typename Machine::Number>& kept, int64_t begin, int64_t end, const float* x, float* out, char* memory) {
  using Number = typename Machine::Number;
  constexpr int kWidest = Machine::kWidest;
  const int64_t tokens = block.tokens, width = block.width, hidden = block.hidden, depth = width / block.heads, length = padded(tokens);
  const float scale = 1.0f / std::sqrt(static_cast<float>(depth));
  Pieces pieces{memory};
  const int64_t most = padded_rows(block);
  auto* operand = pieces.take<Number>(most * width);
  auto* wide = pieces.take<Number>(most * hidden);
  auto* joined = pieces.take<float>(most * 3 * width);
  auto* keys = pieces.take<float>(depth * length);
  auto* scratch = pieces.take<float>(tokens * length);
  auto* mixed = pieces.take<float>(tokens * depth);
  Machine::begin();
  for (int64_t first = begin; first < end; first += group(block)) {
    const int64_t images = std::min(group(block), end - first), rows = images * tokens;
    const float* in = x + first * tokens * width;
    float* result = out + first * tokens * width;
    float* middle = kept.middle != nullptr ? kept.middle + first * tokens * width : result;
    Number* keep_joined = kept.joined != nullptr ? kept.joined + first * tokens * 3 * width : nullptr;
    Number* keep_hidden = kept.hidden != nullptr ? kept.hidden + first * tokens * hidden : nullptr;
    normalise<Machine>(block.first, in, rows, width, operand);
    Machine::product(rows, operand, width, block.joined.forward, [&](int64_t i, int64_t j, Lanes value) __attribute__((always_inline)) {
      value += load(block.joined.bias + j);
      store(joined + i * 3 * width + j, value);
      if (keep_joined != nullptr) {
        Machine::save(keep_joined + i * 3 * width + j, value);
      }
    });
    for (int64_t index = 0; index < images * block.heads; index++) {
      const int64_t image = index / block.heads, head = index % block.heads;
      const float* queries = joined + image * tokens * 3 * width + head * depth;
      float* scores = kept.probabilities != nullptr ? kept.probabilities + (first * block.heads + index) * tokens * length : scratch;
      transpose<kWidest>(queries + width, 3 * width, tokens, depth, keys);
      rvt::product<kWidest>(tokens, length, depth, queries, 3 * width, 1, keys, length, scores, length);
      const float* mask = block.mask == nullptr ? nullptr : block.mask + (first + image) * block.mask_strides[0] + head * block.mask_strides[1];
      for (int64_t i = 0; i < tokens; i++) {
        float* row = scores + i * length;
        if (mask != nullptr) {
          for (int64_t j = 0; j < tokens; j++) {
            row[j] = row[j] * scale + mask[i * block.mask_strides[2] + j * block.mask_strides[3]];
          }
        }
        softmax(row, tokens, mask != nullptr ? 1 : scale);
      }
      rvt::product<kWidest>(tokens, depth, tokens, scores, length, 1, queries + 2 * width, 3 * width, mixed, depth);
      for (int64_t i = 0; i < tokens; i++) {
        for (int64_t k = 0; k < depth; k += kLane) {
          Machine::save(operand + (image * tokens + i) * width + head * depth + k, load(mixed + i * depth + k));
        }
      }
    }
    Machine::product(rows, operand, width, block.projection.forward, [&](int64_t i, int64_t j, Lanes value) __attribute__((always_inline)) {
      store(middle + i * width + j, load(in + i * width + j) + (value + load(block.projection.bias + j)));
    });
    normalise<Machine>(block.second, middle, rows, width, operand);
    Machine::product(rows, operand, width, block.expansion.forward, [&](int64_t i, int64_t j, Lanes value) __attribute__((always_inline)) {
      value += load(block.expansion.bias + j);
      if (keep_hidden != nullptr) {
        Machine::save(keep_hidden + i * hidden + j, value);
      }
      Machine::save(wide + i * hidden + j, activated(block.quick, value));
    });
    Machine::product(rows, wide, hidden, block.contraction.forward, [&](int64_t i, int64_t j, Lanes value) __attribute__((always_inline)) {
      store(result + i * width + j, load(middle + i * width + j) + (value + load(block.contraction.bias + j)));
    });
  }
  Machine::end();
}

template <typename Machine>
ALWAYS_INLINE void backward_pass(const Block& block, const Kept<typename Machine::Number>& kept, int64_t begin, int64_t end, const float* x, const float* gradient, float* result, char* memory) {
  using Number = typename Machine::Number;
  constexpr int kWidest = Machine::kWidest;
  const int64_t tokens = block.tokens, width = block.width, hidden = block.hidden, depth = width / block.heads, length = padded(tokens);
  const float scale = 1.0f / std::sqrt(static_cast<float>(depth));
  Pieces pieces{memory};
  const int64_t most = padded_rows(block);
  auto* operand = pieces.take<Number>(most * width);
  auto* wide = pieces.take<Number>(most * std::max(hidden, 3 * width));
  auto* plain = pieces.take<float>(most * width);
  auto* middle_gradient = pieces.take<float>(most * width);
  auto* widening = pieces.take<float>(tokens * 3 * width);
  auto* values = pieces.take<float>(depth * length);
  auto* scores = pieces.take<float>(tokens * length);
  auto* piece = pieces.take<float>(tokens * depth);
  Machine::begin();
  for (int64_t first = begin; first < end; first += group(block)) {
    const int64_t images = std::min(group(block), end - first), rows = images * tokens;
    const float* in = x + first * tokens * width;
    const float* given = gradient + first * tokens * width;
    const float* middle = kept.middle + first * tokens * width;
    const Number* before = kept.hidden + first * tokens * hidden;
    const auto take = [&](float* to) __attribute__((always_inline)) {
      return [=](int64_t i, int64_t j, Lanes value) __attribute__((always_inline)) { store(to + i * width + j, value); };
    };
    for (int64_t k = 0; k < rows * width; k += kLane) {
      Machine::save(operand + k, load(given + k));
    }
    Machine::product(rows, operand, width, block.contraction.backward, [&](int64_t i, int64_t j, Lanes value) __attribute__((always_inline)) {
      Machine::save(wide + i * hidden + j, value * slope(block.quick, load(before + i * hidden + j)));
    });
    Machine::product(rows, wide, hidden, block.expansion.backward, take(plain));
    through_norm(block.second, middle, plain, rows, width, given, middle_gradient);
    for (int64_t k = 0; k < rows * width; k += kLane) {
      Machine::save(operand + k, load(middle_gradient + k));
    }
    Machine::product(rows, operand, width, block.projection.backward, take(plain));
    for (int64_t image = 0; image < images; image++) {
      const float* joined = widened(kept.joined + (first + image) * tokens * 3 * width, tokens * 3 * width, widening);
      for (int64_t head = 0; head < block.heads; head++) {
        const float* queries = joined + head * depth;
        const float* keys = queries + width;
        const float* output = plain + image * tokens * width + head * depth;
        const float* shares = kept.probabilities + ((first + image) * block.heads + head) * tokens * length;
        Number* to = wide + image * tokens * 3 * width + head * depth;
        const auto put = [&](Number* place, float factor) __attribute__((always_inline)) {
          for (int64_t i = 0; i < tokens; i++) {
            for (int64_t k = 0; k < depth; k += kLane) {
              Machine::save(place + i * 3 * width + k, load(piece + i * depth + k) * factor);
            }
          }
        };
        rvt::product<kWidest>(tokens, depth, tokens, shares, 1, length, output, width, piece, depth);
        put(to + 2 * width, 1);
        transpose<kWidest>(queries + 2 * width, 3 * width, tokens, depth, values);
        rvt::product<kWidest>(tokens, length, depth, output, width, 1, values, length, scores, length);
        for (int64_t i = 0; i < tokens; i++) {
          through_softmax(shares + i * length, scores + i * length, length);
        }
        rvt::product<kWidest>(tokens, depth, tokens, scores, length, 1, keys, 3 * width, piece, depth);
        put(to, scale);
        rvt::product<kWidest>(tokens, depth, tokens, scores, 1, length, queries, 3 * width, piece, depth);
        put(to + width, scale);
      }
    }
    Machine::product(rows, wide, 3 * width, block.joined.backward, take(plain));
    through_norm(block.first, in, plain, rows, width, middle_gradient, result + first * tokens * width);
  }
  Machine::end();
}

#if defined(__x86_64__)
#define PASSES(name, Target, Engine)                                                                                                        \
  Target void name##_forward(const Block& block, const Kept<Engine::Number>& kept, int64_t begin, int64_t end, const float* x, float* out, char* memory) { \
    forward_pass<Engine>(block, kept, begin, end, x, out, memory);                                                                          \
  }                                                                                                                                         \
  Target void name##_backward(const Block& block, const Kept<Engine::Number>& kept, int64_t begin, int64_t end, const float* x, const float* gradient, float* result, char* memory) { \
    backward_pass<Engine>(block, kept, begin, end, x, gradient, result, memory);                                                            \
  }

PASSES(avx512, AVX512, Floats<4>)
PASSES(avx2, AVX2, Floats<1>)
PASSES(pairs, AVX512, Pairs)
PASSES(tiles, AVX512, Tiles)

// The kernel hands out the tile registers to a process that asks.
bool asked_for_tiles() {
  constexpr long kRequest = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
}

bool has_avx512() { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"); }

bool has_pairs() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return has_avx512() && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & (1u << 5)) != 0;
}

bool has_tiles() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return has_avx512() && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & (1u << 22)) != 0 && (d & (1u << 24)) != 0 && asked_for_tiles();
}
#endif

}  // namespace

bool supports(Machine machine) {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  static const bool avx512 = has_avx512(), pairs = has_pairs(), tiles = has_tiles();
  switch (machine) {
    case Machine::kPlain: return true;
    case Machine::kAvx2: return avx2;
    case Machine::kAvx512: return avx512;
    case Machine::kPairs: return pairs;
    case Machine::kTiles: return tiles;
    default: return false;
  }
#else
  return machine == Machine::kPlain;
#endif
}

void force(Machine machine) { forced = machine; }

Machine machine(bool brief) {
  const auto wanted = forced.load();
  if (wanted != Machine::kNone) {
    return (wanted >= Machine::kPairs) == brief && supports(wanted) ? wanted : Machine::kNone;
  }
  if (brief) {
    return supports(Machine::kTiles) ? Machine::kTiles : supports(Machine::kPairs) ? Machine::kPairs : Machine::kNone;
  }
  // Plain code is slower than libtorch's own operators.
  return supports(Machine::kAvx512) ? Machine::kAvx512 : supports(Machine::kAvx2) ? Machine::kAvx2 : Machine::kNone;
}

void pack(bool brief, bool transposed, const float* weight, int64_t rows, int64_t columns, void* to) {
  const int64_t inner = transposed ? columns : rows, wide = transposed ? rows : columns;
  const int64_t inner_stride = transposed ? 1 : columns, wide_stride = transposed ? columns : 1;
  if (brief) {
    auto* numbers = static_cast<uint16_t*>(to);
    for (int64_t j = 0; j < wide; j++) {
      for (int64_t k = 0; k < inner; k++) {
        rvt::put(numbers + j / kLane * kLane * inner + k / 2 * 2 * kLane + j % kLane * 2 + k % 2, weight[k * inner_stride + j * wide_stride]);
      }
    }
    return;
  }
  auto* numbers = static_cast<float*>(to);
  for (int64_t j = 0; j < wide; j += kPanel) {
    const int64_t count = std::min(kPanel, wide - j);
    for (int64_t k = 0; k < inner; k++) {
      for (int64_t c = 0; c < count; c++) {
        numbers[j * inner + k * count + c] = weight[k * inner_stride + (j + c) * wide_stride];
      }
    }
  }
}

int64_t group(const Block& block) { return std::max<int64_t>(1, 80 / block.tokens); }

int64_t scratch_bytes(const Block& block) {
  const int64_t rows = padded_rows(block), depth = block.width / block.heads, length = padded(block.tokens);
  return 4 * (rows * (4 * block.width + std::max(block.hidden, 3 * block.width) + 3 * block.width) + block.tokens * 3 * block.width + depth * length + block.tokens * (length + depth)) + 64 * 16;
}

#if defined(__x86_64__)
void forward(Machine machine, const Block& block, const Kept<float>& kept, int64_t begin, int64_t end, const float* x, float* out, char* memory) {
  switch (machine) {
    case Machine::kAvx512: return avx512_forward(block, kept, begin, end, x, out, memory);
    case Machine::kAvx2: return avx2_forward(block, kept, begin, end, x, out, memory);
    default: return forward_pass<Floats<1>>(block, kept, begin, end, x, out, memory);
  }
}

void forward(Machine machine, const Block& block, const Kept<uint16_t>& kept, int64_t begin, int64_t end, const float* x, float* out, char* memory) {
  machine == Machine::kTiles ? tiles_forward(block, kept, begin, end, x, out, memory) : pairs_forward(block, kept, begin, end, x, out, memory);
}

void backward(Machine machine, const Block& block, const Kept<float>& kept, int64_t begin, int64_t end, const float* x, const float* gradient, float* result, char* memory) {
  switch (machine) {
    case Machine::kAvx512: return avx512_backward(block, kept, begin, end, x, gradient, result, memory);
    case Machine::kAvx2: return avx2_backward(block, kept, begin, end, x, gradient, result, memory);
    default: return backward_pass<Floats<1>>(block, kept, begin, end, x, gradient, result, memory);
  }
}

void backward(Machine machine, const Block& block, const Kept<uint16_t>& kept, int64_t begin, int64_t end, const float* x, const float* gradient, float* result, char* memory) {
  machine == Machine::kTiles ? tiles_backward(block, kept, begin, end, x, gradient, result, memory) : pairs_backward(block, kept, begin, end, x, gradient, result, memory);
}
#else
void forward(Machine, const Block& block, const Kept<float>& kept, int64_t begin, int64_t end, const float* x, float* out, char* memory) {
  forward_pass<Floats<1>>(block, kept, begin, end, x, out, memory);
}

void forward(Machine, const Block&, const Kept<uint16_t>&, int64_t, int64_t, const float*, float*, char*) {}

void backward(Machine, const Block& block, const Kept<float>& kept, int64_t begin, int64_t end, const float* x, const float* gradient, float* result, char* memory) {
  backward_pass<Floats<1>>(block, kept, begin, end, x, gradient, result, memory);
}

void backward(Machine, const Block&, const Kept<uint16_t>&, int64_t, int64_t, const float*, const float*, float*, char*) {}
#endif

}  // namespace rvt::block
