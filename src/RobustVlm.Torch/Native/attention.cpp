// Multi-head attention of tokens whose queries, keys and values lie in one tensor, as one node of the graph: without copies of heads,
// and with the heads of all images shared among the cores.
#include "attention_kernel.h"
#include "guard.h"
#include "threads.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

namespace kernel = rvt::attention;

struct Sizes {
  int64_t images, tokens, width, heads, depth;

  Sizes(const at::Tensor& joined, int64_t heads)
      : images(joined.size(0)), tokens(joined.size(1)), width(joined.size(2) / 3), heads(heads), depth(width / heads) {}

  double scale() const { return 1 / std::sqrt(static_cast<double>(depth)); }
};

// The mask as the heads read it: float32 with the strides of a broadcast to [N, heads, T, T].
at::Tensor broadcast(const at::Tensor& mask, const Sizes& sizes) {
  return mask.defined() ? mask.to(at::kFloat).expand({sizes.images, sizes.heads, sizes.tokens, sizes.tokens}) : mask;
}

template <typename Number>
kernel::Head<Number> head_of(const Sizes& sizes, const at::Tensor& joined, const at::Tensor& mask, const at::Tensor& probabilities, int64_t index) {
  const int64_t image = index / sizes.heads, head = index % sizes.heads, length = rvt::padded(sizes.tokens);
  kernel::Head<Number> result = {};
  result.tokens = sizes.tokens;
  result.depth = sizes.depth;
  result.stride = 3 * sizes.width;
  result.output_stride = sizes.width;
  result.scale = static_cast<float>(sizes.scale());
  const auto* queries = static_cast<const Number*>(joined.data_ptr()) + image * sizes.tokens * 3 * sizes.width + head * sizes.depth;
  result.queries = queries;
  result.keys = queries + sizes.width;
  result.values = queries + 2 * sizes.width;
  if (mask.defined()) {
    result.mask = static_cast<const float*>(mask.data_ptr()) + image * mask.stride(0) + head * mask.stride(1);
    result.mask_row = mask.stride(2);
    result.mask_column = mask.stride(3);
  }
  if (probabilities.defined()) {
    result.probabilities = static_cast<float*>(probabilities.data_ptr()) + index * sizes.tokens * length;
  }
  return result;
}

// The heads of all images, shared among the cores; each core has a scratch memory of its own.
template <typename Body>
void each_head(const Sizes& sizes, Body&& body) {
  at::parallel_for(0, sizes.images * sizes.heads, 1, [&](int64_t begin, int64_t end) {
    const size_t bytes = (kernel::Scratch::floats(sizes.tokens, sizes.depth) * sizeof(float) / 64 + 1) * 64;
    const std::unique_ptr<void, decltype(&std::free)> memory(std::aligned_alloc(64, bytes), &std::free);
    TORCH_CHECK(memory != nullptr, "out of memory for ", bytes, " bytes of scratch memory");
    for (int64_t index = begin; index < end; index++) {
      body(index, static_cast<float*>(memory.get()));
    }
  });
}

template <typename Number>
void run_forward(const Sizes& sizes, const at::Tensor& joined, const at::Tensor& mask, const at::Tensor& probabilities, const at::Tensor& output) {
  each_head(sizes, [&](int64_t index, float* memory) {
    auto head = head_of<Number>(sizes, joined, mask, probabilities, index);
    head.output = static_cast<Number*>(output.data_ptr()) + index / sizes.heads * sizes.tokens * sizes.width + index % sizes.heads * sizes.depth;
    kernel::forward(head, memory);
  });
}

template <typename Number>
void run_backward(const Sizes& sizes, const at::Tensor& joined, const at::Tensor& probabilities, const at::Tensor& gradient, const at::Tensor& result) {
  each_head(sizes, [&](int64_t index, float* memory) {
    auto head = head_of<Number>(sizes, joined, at::Tensor(), probabilities, index);
    head.output_gradient = static_cast<const Number*>(gradient.data_ptr()) + index / sizes.heads * sizes.tokens * sizes.width + index % sizes.heads * sizes.depth;
    head.query_gradient = static_cast<Number*>(result.data_ptr()) + (head.queries - static_cast<const Number*>(joined.data_ptr()));
    head.key_gradient = head.query_gradient + sizes.width;
    head.value_gradient = head.query_gradient + 2 * sizes.width;
    kernel::backward(head, memory);
  });
}

at::Tensor attend(const at::Tensor& joined, int64_t heads, const at::Tensor& mask, const at::Tensor& probabilities) {
  const Sizes sizes(joined, heads);
  const auto hidden = broadcast(mask, sizes);
  const auto output = at::empty({sizes.images, sizes.tokens, sizes.width}, joined.options());
  if (joined.scalar_type() == at::kFloat) {
    run_forward<float>(sizes, joined, hidden, probabilities, output);
  } else {
    run_forward<uint16_t>(sizes, joined, hidden, probabilities, output);
  }
  return output;
}

// The same gradient in operators that can be differentiated again.
at::Tensor differentiable(const at::Tensor& joined, int64_t heads, const at::Tensor& mask, const at::Tensor& gradient) {
  const Sizes sizes(joined, heads);
  const auto split = [&](const at::Tensor& x) { return x.reshape({sizes.images, sizes.tokens, heads, sizes.depth}).transpose(1, 2); };
  const auto parts = joined.chunk(3, 2);
  const auto queries = split(parts[0]), keys = split(parts[1]), values = split(parts[2]), output = split(gradient);
  auto scores = at::matmul(queries * sizes.scale(), keys.transpose(-2, -1));
  if (mask.defined()) {
    scores = scores + mask;
  }
  const auto shares = at::softmax(scores, -1).to(joined.scalar_type());
  const auto raised = at::matmul(output, values.transpose(-2, -1));
  const auto through = shares * (raised - (shares * raised).sum(-1, true)) * sizes.scale();
  const auto join = [&](const at::Tensor& x) { return x.transpose(1, 2).reshape({sizes.images, sizes.tokens, sizes.width}); };
  const std::vector<at::Tensor> gradients = {
      join(at::matmul(through, keys)), join(at::matmul(through.transpose(-2, -1), queries)), join(at::matmul(shares.transpose(-2, -1), output))};
  return at::cat(gradients, 2);
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& joined, int64_t heads, const c10::optional<at::Tensor>& hidden) {
    const auto mask = hidden.value_or(at::Tensor());
    const auto probabilities = at::empty({joined.size(0), heads, joined.size(1), rvt::padded(joined.size(1))}, joined.options().dtype(at::kFloat));
    context->saved_data["heads"] = heads;
    context->save_for_backward({joined, probabilities, mask});
    return attend(joined, heads, mask, probabilities);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    rvt::use_wanted_threads();
    const auto saved = context->get_saved_variables();
    const auto heads = context->saved_data["heads"].toInt();
    const auto& joined = saved[0];
    if (at::GradMode::is_enabled()) {
      return {differentiable(joined, heads, saved[2], gradients[0]), at::Tensor(), at::Tensor()};
    }
    const Sizes sizes(joined, heads);
    const auto gradient = gradients[0].to(joined.scalar_type()).contiguous();
    const auto result = at::empty_like(joined);
    if (joined.scalar_type() == at::kFloat) {
      run_backward<float>(sizes, joined, saved[1], gradient, result);
    } else {
      run_backward<uint16_t>(sizes, joined, saved[1], gradient, result);
    }
    return {result, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

RVT_API(rvt_attention, (rvt::Handle joined, int32_t heads, rvt::Handle mask, rvt::Handle* result), (joined, heads, mask, result)) {
  rvt::use_wanted_threads();
  const auto tokens = rvt::borrow(joined);
  const auto hidden = rvt::borrow(mask);
  TORCH_CHECK_VALUE(
      tokens.defined() && tokens.dim() == 3 && heads >= 1 && tokens.size(2) % (3 * heads) == 0,
      "attention takes queries, keys and values as one tensor [N, T, 3 D], where D is a multiple of the number of heads");
  TORCH_CHECK_TYPE(
      tokens.device().is_cpu() && (tokens.scalar_type() == at::kFloat || tokens.scalar_type() == at::kBFloat16),
      "this attention works in float32 and bfloat16 on the CPU, not in ", tokens.scalar_type(), " on ", tokens.device());
  TORCH_CHECK_VALUE(!hidden.defined() || !hidden.requires_grad(), "this attention gives no gradient of a mask");
  const auto packed = tokens.contiguous();
  *result = rvt::give(
      packed.requires_grad() && at::GradMode::is_enabled() ? PackedAttention::apply(packed, static_cast<int64_t>(heads), hidden.defined() ? c10::make_optional(hidden) : c10::nullopt)
                                                           : attend(packed, heads, hidden, at::Tensor()));
}
