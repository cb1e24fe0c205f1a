// A pre-norm transformer block as one node of the graph, for passes that want no gradient or only that of the tokens.
#include "block_kernel.h"
#include "guard.h"
#include "padding.h"
#include "threads.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <cstdlib>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace {

namespace kernel = rvt::block;

enum Parameter { kFirstWeight, kFirstBias, kJoinedWeight, kJoinedBias, kProjectionWeight, kProjectionBias, kSecondWeight, kSecondBias, kExpansionWeight, kExpansionBias, kContractionWeight, kContractionBias, kParameters };
using Parameters = std::array<at::Tensor, kParameters>;

struct Settings {
  int64_t heads;
  double first_epsilon, second_epsilon;
  bool quick;
  kernel::Machine machine;

  bool brief() const { return machine >= kernel::Machine::kPairs; }
};

using Memory = std::unique_ptr<void, decltype(&std::free)>;

Memory allocate(int64_t bytes) {
  Memory memory(std::aligned_alloc(64, (bytes / 64 + 1) * 64), &std::free);
  TORCH_CHECK(memory != nullptr, "out of memory for ", bytes, " bytes of scratch memory");
  return memory;
}

// Weights in the order of the products, kept as long as nobody changes them.
class PackedWeights {
 public:
  using Numbers = std::shared_ptr<void>;

  Numbers get(const at::Tensor& weight, bool brief, bool transposed) {
    if (weight.is_inference()) {   // counts no changes
      return made(weight, brief, transposed);
    }
    auto* impl = weight.unsafeGetTensorImpl();
    const int64_t version = weight._version();
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (entry->owner.expired()) {
        entry = entries_.erase(entry);
        continue;
      }
      if (entry->impl == impl && entry->brief == brief && entry->transposed == transposed) {
        if (entry->version != version || entry->data != weight.data_ptr()) {
          entry->numbers = made(weight, brief, transposed);
          entry->version = version;
          entry->data = weight.data_ptr();
        }
        return entry->numbers;
      }
      entry++;
    }
    auto numbers = made(weight, brief, transposed);
    entries_.push_back({impl, c10::weak_intrusive_ptr<at::TensorImpl>(weight.getIntrusivePtr()), weight.data_ptr(), version, brief, transposed, numbers});
    return numbers;
  }

 private:
  struct Entry {
    at::TensorImpl* impl;
    c10::weak_intrusive_ptr<at::TensorImpl> owner;
    void* data;
    int64_t version;
    bool brief, transposed;
    Numbers numbers;
  };

  static Numbers made(const at::Tensor& weight, bool brief, bool transposed) {
    Numbers numbers = allocate(weight.numel() * (brief ? 2 : 4));
    kernel::pack(brief, transposed, static_cast<const float*>(weight.data_ptr()), weight.size(0), weight.size(1), numbers.get());
    return numbers;
  }

  std::mutex mutex_;
  std::list<Entry> entries_;
};

PackedWeights& packed_weights() {
  static auto* weights = new PackedWeights;   // never destroyed: tensors may outlive libtorch's end
  return *weights;
}

// The block as the kernel reads it; `numbers` keeps its matrices alive.
struct Prepared {
  kernel::Block block = {};
  std::vector<PackedWeights::Numbers> numbers;
  at::Tensor mask;

  Prepared(const at::Tensor& x, const Parameters& parameters, const Settings& settings, const at::Tensor& hidden, bool backward) {
    const auto floats = [&](Parameter place) { return static_cast<const float*>(parameters[place].data_ptr()); };
    const auto layer = [&](Parameter weight, Parameter bias) {
      const auto& matrix = parameters[weight];
      numbers.push_back(packed_weights().get(matrix, settings.brief(), !backward));
      kernel::Layer result = {};
      result.bias = floats(bias);
      (backward ? result.backward : result.forward) = {matrix.size(backward ? 0 : 1), matrix.size(backward ? 1 : 0), numbers.back().get()};
      return result;
    };
    block.tokens = x.size(1);
    block.width = x.size(2);
    block.hidden = parameters[kExpansionWeight].size(0);
    block.heads = settings.heads;
    block.quick = settings.quick;
    block.first = {floats(kFirstWeight), floats(kFirstBias), static_cast<float>(settings.first_epsilon)};
    block.second = {floats(kSecondWeight), floats(kSecondBias), static_cast<float>(settings.second_epsilon)};
    block.joined = layer(kJoinedWeight, kJoinedBias);
    block.projection = layer(kProjectionWeight, kProjectionBias);
    block.expansion = layer(kExpansionWeight, kExpansionBias);
    block.contraction = layer(kContractionWeight, kContractionBias);
    if (hidden.defined()) {
      mask = hidden.to(at::kFloat).expand({x.size(0), settings.heads, x.size(1), x.size(1)});
      block.mask = static_cast<const float*>(mask.data_ptr());
      std::copy_n(mask.strides().begin(), 4, block.mask_strides);
    }
  }
};

// Images shared among the cores; the scratch memory of a core is kept for its next call.
template <typename Body>
void each_part(const kernel::Block& block, int64_t images, Body&& body) {
  at::parallel_for(0, images, 1, [&](int64_t begin, int64_t end) {
    constexpr int64_t kKept = 4 << 20;
    thread_local Memory kept(nullptr, &std::free);
    thread_local int64_t size = 0;
    const int64_t bytes = kernel::scratch_bytes(block);
    if (bytes > kKept) {
      const auto memory = allocate(bytes);
      body(begin, end, static_cast<char*>(memory.get()));
      return;
    }
    if (bytes > size) {
      kept = allocate(bytes);
      size = bytes;
    }
    body(begin, end, static_cast<char*>(kept.get()));
  });
}

struct KeptTensors {
  at::Tensor joined, probabilities, middle, hidden;

  template <typename Number>
  kernel::Kept<Number> pointers() const {
    return joined.defined() ? kernel::Kept<Number>{static_cast<Number*>(joined.data_ptr()), static_cast<float*>(probabilities.data_ptr()), static_cast<float*>(middle.data_ptr()), static_cast<Number*>(hidden.data_ptr())}
                            : kernel::Kept<Number>{};
  }
};

template <typename Number>
void run_forward(const Prepared& prepared, const Settings& settings, const KeptTensors& kept, const at::Tensor& x, const at::Tensor& output) {
  const auto pointers = kept.pointers<Number>();
  each_part(prepared.block, x.size(0), [&](int64_t begin, int64_t end, char* memory) {
    kernel::forward(settings.machine, prepared.block, pointers, begin, end, static_cast<const float*>(x.data_ptr()), static_cast<float*>(output.data_ptr()), memory);
  });
}

template <typename Number>
void run_backward(const Prepared& prepared, const Settings& settings, const KeptTensors& kept, const at::Tensor& x, const at::Tensor& gradient, const at::Tensor& result) {
  const auto pointers = kept.pointers<Number>();
  each_part(prepared.block, x.size(0), [&](int64_t begin, int64_t end, char* memory) {
    kernel::backward(
        settings.machine, prepared.block, pointers, begin, end, static_cast<const float*>(x.data_ptr()), static_cast<const float*>(gradient.data_ptr()), static_cast<float*>(result.data_ptr()), memory);
  });
}

// Whether matrix products of this thread are shortened, and to what.
bool shortens() {
#if RVT_LIBTORCH >= 204
  return at::autocast::is_autocast_enabled(at::kCPU);
#else
  return at::autocast::is_cpu_enabled();
#endif
}

at::ScalarType short_type() {
#if RVT_LIBTORCH >= 204
  return at::autocast::get_autocast_dtype(at::kCPU);
#else
  return at::autocast::get_autocast_cpu_dtype();
#endif
}

// Computes in full precision until it goes out of scope.
struct Unshortened {
  const bool before = shortens();

  Unshortened() { set(false); }
  ~Unshortened() { set(before); }
  Unshortened(const Unshortened&) = delete;
  Unshortened& operator=(const Unshortened&) = delete;

 private:
  static void set(bool enabled) {
#if RVT_LIBTORCH >= 204
    at::autocast::set_autocast_enabled(at::kCPU, enabled);
#else
    at::autocast::set_cpu_enabled(enabled);
#endif
  }
};

at::Tensor compute(const at::Tensor& x, const Parameters& parameters, const Settings& settings, const at::Tensor& mask, const KeptTensors& kept) {
  const Prepared prepared(x, parameters, settings, mask, false);
  const auto output = at::empty_like(x);
  settings.brief() ? run_forward<uint16_t>(prepared, settings, kept, x, output) : run_forward<float>(prepared, settings, kept, x, output);
  return output;
}

// The same block in libtorch's operators, in float32.
at::Tensor composed(const at::Tensor& x, const Parameters& p, const Settings& settings, const at::Tensor& mask) {
  const auto images = x.size(0), tokens = x.size(1), width = x.size(2), depth = width / settings.heads;
  const auto joined = at::linear(at::layer_norm(x, {width}, p[kFirstWeight], p[kFirstBias], settings.first_epsilon), p[kJoinedWeight], p[kJoinedBias]);
  const auto parts = joined.reshape({images, tokens, 3, settings.heads, depth}).permute({2, 0, 3, 1, 4}).unbind(0);
  auto scores = at::matmul(parts[0] * (1 / std::sqrt(static_cast<double>(depth))), parts[1].transpose(-2, -1));
  if (mask.defined()) {
    scores = scores + mask;
  }
  const auto mixed = at::matmul(at::softmax(scores, -1), parts[2]).transpose(1, 2).reshape({images, tokens, width});
  const auto middle = x + at::linear(mixed, p[kProjectionWeight], p[kProjectionBias]);
  const auto hidden = at::linear(at::layer_norm(middle, {width}, p[kSecondWeight], p[kSecondBias], settings.second_epsilon), p[kExpansionWeight], p[kExpansionBias]);
  return middle + at::linear(settings.quick ? hidden * at::sigmoid(1.702 * hidden) : at::gelu(hidden), p[kContractionWeight], p[kContractionBias]);
}

struct WholeBlock : torch::autograd::Function<WholeBlock> {
  // Parameters stand one by one: tensors within a list would not be seen by the graph.
  static at::Tensor forward(
      torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& p0, const at::Tensor& p1, const at::Tensor& p2, const at::Tensor& p3, const at::Tensor& p4,
      const at::Tensor& p5, const at::Tensor& p6, const at::Tensor& p7, const at::Tensor& p8, const at::Tensor& p9, const at::Tensor& p10, const at::Tensor& p11, const Settings& settings,
      const c10::optional<at::Tensor>& hidden) {
    const Parameters parameters = {p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11};
    const auto mask = hidden.value_or(at::Tensor());
    const auto options = x.options().dtype(settings.brief() ? at::kBFloat16 : at::kFloat);
    const auto images = x.size(0), tokens = x.size(1), width = x.size(2);
    KeptTensors kept;
    kept.joined = at::empty({images, tokens, 3 * width}, options);
    kept.probabilities = at::empty({images, settings.heads, tokens, rvt::padded(tokens)}, x.options());
    kept.middle = at::empty_like(x);
    kept.hidden = at::empty({images, tokens, parameters[kExpansionWeight].size(0)}, options);
    context->saved_data["heads"] = settings.heads;
    context->saved_data["first"] = settings.first_epsilon;
    context->saved_data["second"] = settings.second_epsilon;
    context->saved_data["quick"] = settings.quick;
    context->saved_data["machine"] = static_cast<int64_t>(settings.machine);
    std::vector<at::Tensor> saved = {x, mask, kept.joined, kept.probabilities, kept.middle, kept.hidden};
    saved.insert(saved.end(), parameters.begin(), parameters.end());
    context->save_for_backward(saved);
    return compute(x, parameters, settings, mask, kept);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    rvt::use_wanted_threads();
    const auto saved = context->get_saved_variables();
    const Settings settings = {
        context->saved_data["heads"].toInt(), context->saved_data["first"].toDouble(), context->saved_data["second"].toDouble(), context->saved_data["quick"].toBool(),
        static_cast<kernel::Machine>(context->saved_data["machine"].toInt())};
    Parameters parameters;
    std::copy_n(saved.begin() + 6, kParameters, parameters.begin());
    torch::autograd::variable_list results(1 + kParameters + 2);
    bool more = at::GradMode::is_enabled();
    for (size_t i = 0; i < kParameters; i++) {
      more = more || (parameters[i].requires_grad() && context->needs_input_grad(1 + i));
    }
    if (more) {
      return composed_gradients(context, saved, parameters, settings, gradients[0], results);
    }
    const Prepared prepared(saved[0], parameters, settings, at::Tensor(), true);
    const KeptTensors kept = {saved[2], saved[3], saved[4], saved[5]};
    const auto gradient = gradients[0].to(at::kFloat).contiguous();
    results[0] = at::empty_like(saved[0]);
    settings.brief() ? run_backward<uint16_t>(prepared, settings, kept, saved[0], gradient, results[0]) : run_backward<float>(prepared, settings, kept, saved[0], gradient, results[0]);
    return results;
  }

  // Gradients of the parameters, or ones that can be differentiated again: computed anew.
  static torch::autograd::variable_list composed_gradients(
      torch::autograd::AutogradContext* context, const std::vector<at::Tensor>& saved, const Parameters& parameters, const Settings& settings, const at::Tensor& gradient,
      torch::autograd::variable_list& results) {
    const bool again = at::GradMode::is_enabled();
    const at::AutoGradMode enabled(true);
    const Unshortened full;
    // Without a second derivative the graph behind the inputs is of no interest.
    const auto input = [&](const at::Tensor& tensor) { return again ? tensor.view_as(tensor) : tensor.detach().requires_grad_(tensor.requires_grad()); };
    Parameters inputs;
    std::transform(parameters.begin(), parameters.end(), inputs.begin(), input);
    const auto x = input(saved[0]);
    const auto output = composed(x, inputs, settings, saved[1]);
    std::vector<at::Tensor> wanted;
    std::vector<size_t> places;
    for (size_t i = 0; i <= kParameters; i++) {
      const auto& tensor = i == 0 ? x : inputs[i - 1];
      if (tensor.requires_grad() && context->needs_input_grad(i)) {
        wanted.push_back(tensor);
        places.push_back(i);
      }
    }
    const auto found = torch::autograd::grad({output}, wanted, {gradient}, again, again, true);
    for (size_t i = 0; i < places.size(); i++) {
      results[places[i]] = found[i];
    }
    return results;
  }
};

bool is_plain(const at::Tensor& tensor, at::IntArrayRef sizes) {
  return tensor.defined() && tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat && tensor.layout() == at::kStrided && tensor.is_contiguous() && tensor.sizes() == sizes;
}

bool fits(const at::Tensor& x, const Parameters& p, int64_t heads, const at::Tensor& mask) {
  if (!(x.defined() && x.dim() == 3 && x.device().is_cpu() && x.scalar_type() == at::kFloat && p[kExpansionWeight].defined() && p[kExpansionWeight].dim() == 2 && heads >= 1)) {
    return false;
  }
  const int64_t width = x.size(2), hidden = p[kExpansionWeight].size(0);
  return x.numel() > 0 && width % 32 == 0 && hidden % 32 == 0 && width % (16 * heads) == 0 && !(mask.defined() && mask.requires_grad())
      && is_plain(p[kFirstWeight], {width}) && is_plain(p[kFirstBias], {width}) && is_plain(p[kJoinedWeight], {3 * width, width}) && is_plain(p[kJoinedBias], {3 * width})
      && is_plain(p[kProjectionWeight], {width, width}) && is_plain(p[kProjectionBias], {width}) && is_plain(p[kSecondWeight], {width}) && is_plain(p[kSecondBias], {width})
      && is_plain(p[kExpansionWeight], {hidden, width}) && is_plain(p[kExpansionBias], {hidden}) && is_plain(p[kContractionWeight], {width, hidden}) && is_plain(p[kContractionBias], {width});
}

}  // namespace

RVT_API(rvt_transformer_block,
        (rvt::Handle tokens, rvt::Handle* handles, int32_t heads, double first_epsilon, double second_epsilon, int32_t quick, rvt::Handle hidden, int32_t input_only, rvt::Handle* result),
        (tokens, handles, heads, first_epsilon, second_epsilon, quick, hidden, input_only, result)) {
  rvt::use_wanted_threads();
  *result = nullptr;
  auto x = rvt::borrow(tokens);
  const auto mask = rvt::borrow(hidden);
  Parameters p;
  std::transform(handles, handles + kParameters, p.begin(), rvt::borrow);
  if (!p[kJoinedBias].defined() && x.defined() && x.dim() == 3) {
    p[kJoinedBias] = at::zeros({3 * x.size(2)}, x.options().requires_grad(false));
  }
  const bool cast = shortens();
  const auto machine = kernel::machine(cast);
  if (machine == kernel::Machine::kNone || (cast && short_type() != at::kBFloat16) || !fits(x, p, heads, mask)) {
    return;
  }
  const bool trained = std::any_of(p.begin(), p.end(), [](const at::Tensor& parameter) { return parameter.requires_grad(); });
  const bool graph = at::GradMode::is_enabled() && (x.requires_grad() || trained);
  if (graph && trained && input_only == 0) {
    return;
  }
  const Settings settings = {heads, first_epsilon, second_epsilon, quick != 0, machine};
  x = x.contiguous();
  *result = rvt::give(
      graph ? WholeBlock::apply(x, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], settings, mask.defined() ? c10::make_optional(mask) : c10::nullopt)
            : compute(x, p, settings, mask, KeptTensors()));
}

// Which loops the block runs on, for tests: 0 takes the best again. `taken` tells whether this processor has them.
RVT_API(rvt_force_block_machine, (int32_t machine, int32_t* taken), (machine, taken)) {
  const auto wanted = static_cast<kernel::Machine>(machine);
  *taken = wanted == kernel::Machine::kNone || kernel::supports(wanted) ? 1 : 0;
  if (*taken != 0) {
    kernel::force(wanted);
  }
}
