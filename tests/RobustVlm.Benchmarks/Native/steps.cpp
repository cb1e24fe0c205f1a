// Training steps of one small layer, as in Figures/StepFigures.cs.
#include "bench.h"

#include <torch/torch.h>

namespace {

template <typename Optimizer, typename Options>
bench::Sample step() {
  torch::nn::Linear layer(32, 32);
  auto optimizer = std::make_shared<Optimizer>(layer->parameters(), Options(1e-3));
  return bench::quick([layer, optimizer, x = torch::randn({32, 32}), y = torch::randn({32, 32})](int n) mutable {
    for (int i = 0; i < n; i++) {
      optimizer->zero_grad();
      auto loss = torch::mse_loss(layer->forward(x), y);
      loss.backward();
      optimizer->step();
    }
  });
}

const bench::Figure sgd("sgd-step", [] { return step<torch::optim::SGD, torch::optim::SGDOptions>(); });
const bench::Figure adam("adam-step", [] { return step<torch::optim::Adam, torch::optim::AdamOptions>(); });

}  // namespace
