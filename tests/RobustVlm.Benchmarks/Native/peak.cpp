// The most float32 operations per second that the processor does: a loop of fused multiply-adds that never waits for
// memory, on as many threads as libtorch is given.
#include "bench.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

constexpr int kRounds = 4'000'000;
constexpr int kChains = 12;   // enough independent chains to hide the latency of a multiply-add

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float wide() {
  __m512 sums[kChains];
  for (int i = 0; i < kChains; i++) {
    sums[i] = _mm512_set1_ps(1.0f + i);
  }
  const __m512 factor = _mm512_set1_ps(0.999f);
  const __m512 summand = _mm512_set1_ps(0.001f);
  for (int round = 0; round < kRounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; i++) {
      sums[i] = _mm512_fmadd_ps(sums[i], factor, summand);
    }
  }
  float total = 0;
  for (int i = 0; i < kChains; i++) {
    total += _mm512_cvtss_f32(sums[i]);
  }
  return total;
}

__attribute__((target("avx2,fma"))) float half() {
  __m256 sums[kChains];
  for (int i = 0; i < kChains; i++) {
    sums[i] = _mm256_set1_ps(1.0f + i);
  }
  const __m256 factor = _mm256_set1_ps(0.999f);
  const __m256 summand = _mm256_set1_ps(0.001f);
  for (int round = 0; round < kRounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; i++) {
      sums[i] = _mm256_fmadd_ps(sums[i], factor, summand);
    }
  }
  float total = 0;
  for (int i = 0; i < kChains; i++) {
    total += _mm256_cvtss_f32(sums[i]);
  }
  return total;
}
#endif

volatile float sink;   // the compiler must not find out that nobody reads the sums

double peak() {
#if defined(__x86_64__)
  const bool avx512 = __builtin_cpu_supports("avx512f");
  if (!avx512 && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))) {
    throw std::runtime_error("the processor has neither AVX-512 nor AVX2, so no peak was measured");
  }
  double best = 0;
  for (int repeat = 0; repeat < 10; repeat++) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> workers;
    for (int i = 0; i < bench::threads; i++) {
      workers.emplace_back([avx512] { sink = avx512 ? wide() : half(); });
    }
    for (auto& worker : workers) {
      worker.join();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, 2.0 * (avx512 ? 16 : 8) * kChains * kRounds * bench::threads / seconds);
  }
  return best;
#else
  throw std::runtime_error("the peak is measured on x86-64 only");
#endif
}

const bench::Figure figure("peak", [] { return bench::Sample(peak); });

}  // namespace
