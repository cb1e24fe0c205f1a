// One small operator each, as in Figures/TensorFigures.cs.
#include "bench.h"

#include <torch/torch.h>

namespace {

using bench::Figure;
using bench::quick;

const Figure add("add", [] {
  return quick([a = torch::ones({1}), b = torch::ones({1})](int n) {
    for (int i = 0; i < n; i++) {
      auto c = a + b;
    }
  });
});

const Figure add_inplace("add-inplace", [] {
  return quick([a = torch::ones({1}), b = torch::zeros({1})](int n) {
    for (int i = 0; i < n; i++) {
      a.add_(b);
    }
  });
});

const Figure add_scalar("add-scalar", [] {
  return quick([a = torch::ones({1})](int n) {
    for (int i = 0; i < n; i++) {
      auto c = a + 1.0;
    }
  });
});

const Figure shape("shape", [] {
  return quick([a = torch::ones({2, 3, 4})](int n) {
    for (int i = 0; i < n; i++) {
      std::vector<int64_t> sizes = a.sizes().vec();
      asm volatile("" : : "g"(sizes.data()) : "memory");   // keeps the unused vector from being left out
    }
  });
});

const Figure item("item", [] {
  return quick([a = torch::ones({1})](int n) {
    for (int i = 0; i < n; i++) {
      a.item<float>();
    }
  });
});

const Figure zeros("zeros", [] {
  return quick([](int n) {
    for (int i = 0; i < n; i++) {
      auto c = torch::zeros({1});
    }
  });
});

const Figure cat("cat", [] {
  return quick([parts = std::vector<torch::Tensor>{torch::ones({1}), torch::ones({1})}](int n) {
    for (int i = 0; i < n; i++) {
      auto c = torch::cat(parts, 0);
    }
  });
});

const Figure linear("linear", [] {
  return quick([layer = torch::nn::Linear(32, 32), x = torch::ones({32, 32})](int n) mutable {
    torch::NoGradGuard off;
    for (int i = 0; i < n; i++) {
      auto y = layer->forward(x);
    }
  });
});

const Figure error("error", [] {
  return quick([a = torch::ones({2, 3}), b = torch::ones({4, 5})](int n) {
    for (int i = 0; i < n; i++) {
      try {
        a.mm(b);
      } catch (const c10::Error&) {
      }
    }
  });
});

const Figure start_up("start-up", [] {
  return [] {
    auto sum = torch::ones({1}) + torch::ones({1});
    return 0.0;
  };
});

}  // namespace
