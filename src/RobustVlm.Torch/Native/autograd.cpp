#include "guard.h"
#include "signals.h"
#include "threads.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdlib>

namespace {

std::vector<at::Tensor> collect(rvt::Handle* handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int32_t i = 0; i < count; i++) {
    tensors.push_back(rvt::borrow(handles[i]));
  }
  return tensors;
}

}  // namespace

RVT_API(rvt_grad_mode, (int32_t* enabled), (enabled)) { *enabled = at::GradMode::is_enabled(); }

RVT_API(rvt_set_grad_mode, (int32_t enabled), (enabled)) { at::GradMode::set_enabled(enabled != 0); }

RVT_API(rvt_inference_mode_enter, (int32_t enabled, void** guard), (enabled, guard)) { *guard = new c10::InferenceMode(enabled != 0); }

RVT_API(rvt_inference_mode_exit, (void* guard), (guard)) { delete static_cast<c10::InferenceMode*>(guard); }

RVT_API(rvt_inference_mode, (int32_t* enabled), (enabled)) { *enabled = c10::InferenceMode::is_enabled(); }

RVT_API(rvt_backward,
        (rvt::Handle* outputs, int32_t output_count, rvt::Handle* gradients, int32_t gradient_count, int32_t retain_graph,
         int32_t create_graph, rvt::Handle* inputs, int32_t input_count),
        (outputs, output_count, gradients, gradient_count, retain_graph, create_graph, inputs, input_count)) {
  rvt::use_wanted_threads();
  rvt::ensure_signal_stack();
  torch::autograd::backward(
      collect(outputs, output_count), collect(gradients, gradient_count), retain_graph != 0, create_graph != 0,
      collect(inputs, input_count));
}

RVT_API(rvt_grad,
        (rvt::Handle* outputs, int32_t output_count, rvt::Handle* inputs, int32_t input_count, rvt::Handle* gradients,
         int32_t gradient_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, rvt::Handle* results),
        (outputs, output_count, inputs, input_count, gradients, gradient_count, retain_graph, create_graph, allow_unused, results)) {
  rvt::use_wanted_threads();
  rvt::ensure_signal_stack();
  const auto found = torch::autograd::grad(
      collect(outputs, output_count), collect(inputs, input_count), collect(gradients, gradient_count), retain_graph != 0,
      create_graph != 0, allow_unused != 0);
  for (int32_t i = 0; i < input_count; i++) {
    results[i] = rvt::give(found[i]);
  }
}
