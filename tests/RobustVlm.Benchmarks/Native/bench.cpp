#include "bench.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <limits>
#include <map>

namespace bench {

int threads = 1;

namespace {

std::map<std::string, std::function<Sample()>>& figures() {
  static std::map<std::string, std::function<Sample()>> all;
  return all;
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int calibrate(const std::function<void(int)>& work) {
  const double end = now() + 0.2;
  int calls = 1;
  while (now() < end) {
    const double start = now();
    work(calls);
    const double seconds = std::max(now() - start, 1e-9);
    calls = std::max(1, static_cast<int>(std::min(calls * 4.0, calls * 2e-3 / seconds)));
  }
  return calls;
}

}  // namespace

Figure::Figure(const std::string& name, std::function<Sample()> prepare) { figures()[name] = std::move(prepare); }

Sample quick(std::function<void(int)> work) {
  return [work, calls = 0]() mutable {
    if (calls == 0) {
      calls = calibrate(work);
    }
    double best = std::numeric_limits<double>::infinity();
    const double end = now() + 0.1;
    for (int i = 0; i < 10 || now() < end; i++) {
      const double start = now();
      work(calls);
      best = std::min(best, now() - start);
    }
    return best / calls;
  };
}

}  // namespace bench

int main(int count, char** arguments) {
  bench::threads = count > 1 ? std::max(1, std::atoi(arguments[1])) : 1;
  at::set_num_threads(bench::threads);
  if (auto* set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
    set(bench::threads);
  }

  std::map<std::string, bench::Sample> prepared;
  std::string name;
  while (std::getline(std::cin, name)) {
    const auto found = bench::figures().find(name);
    if (found == bench::figures().end()) {
      std::puts("none");
    } else {
      try {
        auto& sample = prepared[name];
        if (!sample) {
          sample = found->second();
        }
        std::printf("ok %.17g\n", sample());
      } catch (const std::exception& e) {
        const std::string text = e.what();
        std::printf("error %s\n", text.substr(0, text.find('\n')).c_str());
      }
    }
    std::fflush(stdout);
  }
}
