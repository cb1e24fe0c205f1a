// Products A [rows, inner] B of a transformer block, one engine for each kind of processor. `put(row, column, Lanes)` takes the result.
#pragma once

#include "block_kernel.h"
#include "lanes.h"

#include <algorithm>

namespace rvt::block {

namespace {

constexpr int64_t kPanel = 64;   // columns of a float matrix that are read together
constexpr int64_t kRows = 6;

// `tile(high, wide, left, panel, results)` multiplies rows of A with a panel of B into results [kHigh, kWide].
template <int64_t kHigh, int64_t kWide, typename Number, typename Put, typename Tile>
ALWAYS_INLINE void by_panels(int64_t rows, const Number* a, int64_t a_row, const Packed& b, Put&& put, Tile&& tile) {
  alignas(64) float results[kHigh * kWide];
  for (int64_t j = 0; j < b.columns; j += kWide) {
    const int64_t wide = std::min(kWide, b.columns - j);
    const Number* panel = static_cast<const Number*>(b.numbers) + j * b.inner;
    for (int64_t i = 0; i < rows; i += kHigh) {
      const int64_t high = std::min(kHigh, rows - i);
      tile(high, wide, a + i * a_row, panel, results);
      for (int64_t r = 0; r < high; r++) {
        for (int64_t c = 0; c < wide; c += kLane) {
          put(i + r, j + c, load(results + r * kWide + c));
        }
      }
    }
  }
}

template <int Widest>
struct Floats {
  using Number = float;
  static constexpr int kWidest = Widest;

  static ALWAYS_INLINE void begin() {}
  static ALWAYS_INLINE void end() {}

  static ALWAYS_INLINE void save(float* place, Lanes value) { store(place, value); }

  template <typename Put>
  static ALWAYS_INLINE void product(int64_t rows, const float* a, int64_t a_row, const Packed& b, Put&& put) {
    by_panels<kRows, kPanel>(rows, a, a_row, b, put, [&](int64_t high, int64_t wide, const float* left, const float* panel, float* results) __attribute__((always_inline)) {
      rvt::product<Widest>(high, wide, b.inner, left, a_row, 1, panel, wide, results, kPanel);
    });
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
    by_panels<kRows, kPanel>(rows, a, a_row, b, put, [&](int64_t high, int64_t wide, const uint16_t* left, const uint16_t* panel, float* results) __attribute__((always_inline)) {
      if (high == kRows && wide == kPanel) {
        block<kRows, 4>(b.inner, left, a_row, panel, results);
        return;
      }
      for (int64_t r = 0; r < high; r++) {
        for (int64_t c = 0; c < wide; c += kLane) {
          block<1, 1>(b.inner, left + r * a_row, a_row, panel + c * b.inner, results + r * kPanel + c);
        }
      }
    });
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
    by_panels<2 * kLane, 2 * kLane>(rows, a, a_row, b, put, [&](int64_t high, int64_t wide, const uint16_t* left, const uint16_t* panel, float* results) __attribute__((always_inline)) {
      if (wide > kLane) {
        high > kLane ? block<true, true>(b.inner, left, a_row, panel, results) : block<false, true>(b.inner, left, a_row, panel, results);
      } else {
        high > kLane ? block<true, false>(b.inner, left, a_row, panel, results) : block<false, false>(b.inner, left, a_row, panel, results);
      }
    });
  }
};
#endif

}  // namespace

}  // namespace rvt::block
