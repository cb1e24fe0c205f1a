// Loops over vector registers that the kernels share. Everything here is inlined into functions compiled for one processor each.
#pragma once

#include "padding.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#define ALWAYS_INLINE inline __attribute__((always_inline))

namespace rvt {

namespace {

typedef float Lanes __attribute__((vector_size(64)));
typedef int32_t Ints __attribute__((vector_size(64)));
typedef uint16_t Shorts __attribute__((vector_size(32)));
typedef float LooseLanes __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t LooseShorts __attribute__((vector_size(32), aligned(2), may_alias));

ALWAYS_INLINE Lanes all(float value) { return value - Lanes{}; }

ALWAYS_INLINE Lanes load(const float* p) { return *reinterpret_cast<const LooseLanes*>(p); }

ALWAYS_INLINE void store(float* p, Lanes value) { *reinterpret_cast<LooseLanes*>(p) = value; }

ALWAYS_INLINE Lanes load(const uint16_t* p) {
  const Shorts bits = *reinterpret_cast<const LooseShorts*>(p);
  return (Lanes)(__builtin_convertvector(bits, Ints) << 16);
}

// bfloat16: to the nearest, ties to even.
ALWAYS_INLINE void store(uint16_t* p, Lanes value) {
  const Ints bits = (Ints)value;
  const Ints rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16) & 0xFFFF;
  *reinterpret_cast<LooseShorts*>(p) = __builtin_convertvector(value == value ? rounded : 0x7FC0 - Ints{}, Shorts);
}

template <int Distance>
ALWAYS_INLINE Ints swapped() {
  const Ints place = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return place ^ Distance;
}

ALWAYS_INLINE float total(Lanes value) {
  value += __builtin_shuffle(value, swapped<8>());
  value += __builtin_shuffle(value, swapped<4>());
  value += __builtin_shuffle(value, swapped<2>());
  value += __builtin_shuffle(value, swapped<1>());
  return value[0];
}

ALWAYS_INLINE Lanes larger(Lanes a, Lanes b) { return b > a ? b : a; }

ALWAYS_INLINE float largest(Lanes value) {
  value = larger(value, __builtin_shuffle(value, swapped<8>()));
  value = larger(value, __builtin_shuffle(value, swapped<4>()));
  value = larger(value, __builtin_shuffle(value, swapped<2>()));
  value = larger(value, __builtin_shuffle(value, swapped<1>()));
  return value[0];
}

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
  if constexpr (Widest >= 4) {
    for (; j + 4 * kLane <= columns; j += 4 * kLane) {
      stripe<4>(rows, inner, a, a_row, a_inner, b + j, b_row, c + j, c_row);
    }
  }
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

template <int Distance>
ALWAYS_INLINE void exchange(Lanes (&rows)[kLane]) {
  const Ints place = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const Ints low = (place & Distance) == 0 ? place : place - Distance + 16;
  const Ints high = (place & Distance) == 0 ? place + Distance : place + 16;
  for (int i = 0; i < kLane; i++) {
    if ((i & Distance) == 0) {
      const Lanes a = rows[i], b = rows[i + Distance];
      rows[i] = __builtin_shuffle(a, b, low);
      rows[i + Distance] = __builtin_shuffle(a, b, high);
    }
  }
}

// to [depth, padded rows] = from [rows, depth] transposed; padding is zero.
template <int Widest, typename Number>
ALWAYS_INLINE void transpose(const Number* from, int64_t stride, int64_t tokens, int64_t depth, float* to) {
  const int64_t width = padded(tokens);
  for (int64_t i = 0; i < width; i += kLane) {
    const int64_t rows = tokens - i < kLane ? tokens - i : kLane;
    int64_t k = 0;
    if constexpr (Widest >= 3) {   // shuffles of whole vectors; shorter registers do it number by number
      for (; k + kLane <= depth; k += kLane) {
        Lanes block[kLane] = {};
        for (int64_t r = 0; r < rows; r++) {
          block[r] = load(from + (i + r) * stride + k);
        }
        exchange<8>(block);
        exchange<4>(block);
        exchange<2>(block);
        exchange<1>(block);
        for (int r = 0; r < kLane; r++) {
          store(to + (k + r) * width + i, block[r]);
        }
      }
    }
    for (; k < depth; k++) {
      for (int64_t r = 0; r < rows; r++) {
        to[k * width + i + r] = number(from[(i + r) * stride + k]);
      }
      for (int64_t r = rows; r < kLane; r++) {
        to[k * width + i + r] = 0;
      }
    }
  }
}

// The row, times a scale, becomes its softmax; its padding becomes zero.
ALWAYS_INLINE void softmax(float* row, int64_t tokens, float scale) {
  const int64_t width = padded(tokens);
  const Ints place = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const Lanes lowest = all(-std::numeric_limits<float>::infinity());
  Lanes high = lowest;
  for (int64_t j = 0; j < width; j += kLane) {
    const Lanes x = place < static_cast<int32_t>(tokens - j) ? load(row + j) * scale : lowest;
    high = larger(high, x);
    store(row + j, x);
  }
  const float top = largest(high);
  Lanes sums = {};
  for (int64_t j = 0; j < width; j += kLane) {
    const Lanes e = exponential(load(row + j) - top);
    sums += e;
    store(row + j, e);
  }
  const float share = 1 / total(sums);
  for (int64_t j = 0; j < width; j += kLane) {
    store(row + j, load(row + j) * share);
  }
}

// Of a softmax: from the gradient of the shares to that of the scores, in place.
ALWAYS_INLINE void through_softmax(const float* shares, float* row, int64_t width) {
  Lanes sums = {};
  for (int64_t j = 0; j < width; j += kLane) {
    sums += load(shares + j) * load(row + j);
  }
  const float sum = total(sums);
  for (int64_t j = 0; j < width; j += kLane) {
    store(row + j, load(shares + j) * (load(row + j) - sum));
  }
}

// One machine code per processor, chosen when it runs: the library may be built on another machine.
#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))
#define AVX2 __attribute__((target("avx2,fma")))
#endif

}  // namespace

}  // namespace rvt
