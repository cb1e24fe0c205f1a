#include "block_kernel.h"

#include "lanes.h"

#include <algorithm>
#include <atomic>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace rvt::block {

namespace {

constexpr int64_t kPanel = 64;   // columns of a float matrix that are read together
constexpr int64_t kRows = 6;

std::atomic<Machine> forced{Machine::kNone};

// Products A [rows, inner] B. `put(row, column, Lanes)` takes the result.
template <int Widest>
struct Floats {
  using Number = float;
  static constexpr int kWidest = Widest;

  static ALWAYS_INLINE void begin() {}
  static ALWAYS_INLINE void end() {}

  static ALWAYS_INLINE void save(float* place, Lanes value) { store(place, value); }

  template <typename Put>
  static ALWAYS_INLINE void product(int64_t rows, const float* a, int64_t a_row, const Packed& b, Put&& put) {
    alignas(64) float results[kRows * kPanel];
    for (int64_t j = 0; j < b.columns; j += kPanel) {
      const int64_t wide = std::min(kPanel, b.columns - j);
      const float* panel = static_cast<const float*>(b.numbers) + j * b.inner;
      for (int64_t i = 0; i < rows; i += kRows) {
        const int64_t high = std::min(kRows, rows - i);
        rvt::product<Widest>(high, wide, b.inner, a + i * a_row, a_row, 1, panel, wide, results, kPanel);
        for (int64_t r = 0; r < high; r++) {
          for (int64_t c = 0; c < wide; c += kLane) {
            put(i + r, j + c, load(results + r * kPanel + c));
          }
        }
      }
    }
  }
};

#if defined(__x86_64__)
// One instruction of the processors that multiply bfloat16.
ALWAYS_INLINE void save_short(uint16_t* place, Lanes value) {
  Shorts bits;
  asm("vcvtneps2bf16 %1, %0" : "=v"(bits) : "v"(value));
  *reinterpret_cast<LooseShorts*>(place) = bits;
}

// Products of bfloat16 matrices. B lies in stripes of 16 columns [inner / 2, 16, 2]: two numbers of a column stand side by side.
struct Pairs {
  using Number = uint16_t;
  static constexpr int kWidest = 3;

  static ALWAYS_INLINE void save(uint16_t* place, Lanes value) { save_short(place, value); }

  static ALWAYS_INLINE void begin() {}
  static ALWAYS_INLINE void end() {}

  template <int Rows, int Columns>
  static ALWAYS_INLINE void block(int64_t inner, const uint16_t* a, int64_t a_row, const uint16_t* b, float* c) {
    Lanes sums[Rows][Columns] = {};
    for (int64_t k = 0; k < inner; k += 2) {
      Lanes right[Columns];
      for (int j = 0; j < Columns; j++) {
        right[j] = rvt::load(reinterpret_cast<const float*>(b + (j * inner + k) * kLane));
      }
      for (int i = 0; i < Rows; i++) {
        int32_t pair;
        std::memcpy(&pair, a + i * a_row + k, sizeof(pair));
        const Lanes left = (Lanes)(pair - Ints{});
        for (int j = 0; j < Columns; j++) {
          asm("vdpbf16ps %2, %1, %0" : "+v"(sums[i][j]) : "v"(left), "v"(right[j]));
        }
      }
    }
    for (int i = 0; i < Rows; i++) {
      for (int j = 0; j < Columns; j++) {
        store(c + i * kPanel + j * kLane, sums[i][j]);
      }
    }
  }

  template <typename Put>
  static ALWAYS_INLINE void product(int64_t rows, const uint16_t* a, int64_t a_row, const Packed& b, Put&& put) {
    alignas(64) float results[kRows * kPanel];
    for (int64_t j = 0; j < b.columns; j += kPanel) {
      const int64_t wide = std::min(kPanel, b.columns - j);
      const uint16_t* panel = static_cast<const uint16_t*>(b.numbers) + j * b.inner;
      for (int64_t i = 0; i < rows; i += kRows) {
        const int64_t high = std::min(kRows, rows - i);
        if (high == kRows && wide == kPanel) {
          block<kRows, 4>(b.inner, a + i * a_row, a_row, panel, results);
        } else {
          for (int64_t r = 0; r < high; r++) {
            for (int64_t c = 0; c < wide; c += kLane) {
              block<1, 1>(b.inner, a + (i + r) * a_row, a_row, panel + c * b.inner, results + r * kPanel + c);
            }
          }
        }
        for (int64_t r = 0; r < high; r++) {
          for (int64_t c = 0; c < wide; c += kLane) {
            put(i + r, j + c, load(results + r * kPanel + c));
          }
        }
      }
    }
  }
};

// The same matrices in AMX: tiles of 16 rows of 64 bytes. Rows of A are read up to the next multiple of 16.
struct Tiles {
  using Number = uint16_t;
  static constexpr int kWidest = 3;

  static ALWAYS_INLINE void save(uint16_t* place, Lanes value) { save_short(place, value); }

  static ALWAYS_INLINE void begin() {
    struct alignas(64) Shape {
      uint8_t palette = 1, start = 0, reserved[14] = {};
      uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    };
    static const Shape shape;
    asm volatile("ldtilecfg %0" ::"m"(shape));
  }

  static ALWAYS_INLINE void end() { asm volatile("tilerelease" ::: "memory"); }

  // Tiles 0 to 3 are the results, 4 and 5 rows of A, 6 and 7 columns of B.
  template <bool TwoRows, bool TwoColumns>
  static ALWAYS_INLINE void block(int64_t inner, const uint16_t* a, int64_t a_row, const uint16_t* b, float* c) {
    const int64_t a_bytes = a_row * 2, b_bytes = 64, c_bytes = 2 * kLane * 4;
    asm volatile("tilezero %%tmm0" ::: "memory");
    if (TwoColumns) {
      asm volatile("tilezero %%tmm1" ::: "memory");
    }
    if (TwoRows) {
      asm volatile("tilezero %%tmm2" ::: "memory");
    }
    if (TwoRows && TwoColumns) {
      asm volatile("tilezero %%tmm3" ::: "memory");
    }
    for (int64_t k = 0; k < inner; k += 32) {
      asm volatile("tileloadd (%0,%1,1), %%tmm4" ::"r"(a + k), "r"(a_bytes) : "memory");
      asm volatile("tileloadd (%0,%1,1), %%tmm6" ::"r"(b + k * kLane), "r"(b_bytes) : "memory");
      asm volatile("tdpbf16ps %%tmm6, %%tmm4, %%tmm0" ::: "memory");
      if (TwoColumns) {
        asm volatile("tileloadd (%0,%1,1), %%tmm7" ::"r"(b + (inner + k) * kLane), "r"(b_bytes) : "memory");
        asm volatile("tdpbf16ps %%tmm7, %%tmm4, %%tmm1" ::: "memory");
      }
      if (TwoRows) {
        asm volatile("tileloadd (%0,%1,1), %%tmm5" ::"r"(a + kLane * a_row + k), "r"(a_bytes) : "memory");
        asm volatile("tdpbf16ps %%tmm6, %%tmm5, %%tmm2" ::: "memory");
      }
      if (TwoRows && TwoColumns) {
        asm volatile("tdpbf16ps %%tmm7, %%tmm5, %%tmm3" ::: "memory");
      }
    }
    asm volatile("tilestored %%tmm0, (%0,%1,1)" ::"r"(c), "r"(c_bytes) : "memory");
    if (TwoColumns) {
      asm volatile("tilestored %%tmm1, (%0,%1,1)" ::"r"(c + kLane), "r"(c_bytes) : "memory");
    }
    if (TwoRows) {
      asm volatile("tilestored %%tmm2, (%0,%1,1)" ::"r"(c + 2 * kLane * kLane), "r"(c_bytes) : "memory");
    }
    if (TwoRows && TwoColumns) {
      asm volatile("tilestored %%tmm3, (%0,%1,1)" ::"r"(c + 2 * kLane * kLane + kLane), "r"(c_bytes) : "memory");
    }
  }

  template <typename Put>
  static ALWAYS_INLINE void product(int64_t rows, const uint16_t* a, int64_t a_row, const Packed& b, Put&& put) {
    alignas(64) float results[4 * kLane * kLane];
    for (int64_t j = 0; j < b.columns; j += 2 * kLane) {
      const int64_t wide = std::min(2 * kLane, b.columns - j);
      const uint16_t* panel = static_cast<const uint16_t*>(b.numbers) + j * b.inner;
      for (int64_t i = 0; i < rows; i += 2 * kLane) {
        const int64_t high = std::min(2 * kLane, rows - i);
        const uint16_t* left = a + i * a_row;
        if (wide > kLane) {
          high > kLane ? block<true, true>(b.inner, left, a_row, panel, results) : block<false, true>(b.inner, left, a_row, panel, results);
        } else {
          high > kLane ? block<true, false>(b.inner, left, a_row, panel, results) : block<false, false>(b.inner, left, a_row, panel, results);
        }
        for (int64_t r = 0; r < high; r++) {
          for (int64_t c = 0; c < wide; c += kLane) {
            put(i + r, j + c, load(results + r * 2 * kLane + c));
          }
        }
      }
    }
  }
};
#endif

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
