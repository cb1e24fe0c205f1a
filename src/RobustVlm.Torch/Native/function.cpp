// Functions whose forward and backward passes are managed code, as nodes of libtorch's graph.
#include "callbacks.h"
#include "threads.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <mutex>
#include <type_traits>
#include <unordered_set>

namespace {

namespace ag = torch::autograd;

struct ManagedNode final : ag::Node {
  ManagedNode(void* function, const char* name) : function(function), label(name) {}

  ag::variable_list apply(ag::variable_list&& gradients) override {
    rvt::use_wanted_threads();
    if (materialize) {
      at::OptionalDeviceGuard guard;
      for (size_t i = 0; i < gradients.size(); i++) {
        if (!gradients[i].defined()) {
          gradients[i] = outputs[i].zeros(guard);
        }
      }
    }

    std::vector<rvt::Handle> given;
    given.reserve(gradients.size());
    for (auto& gradient : gradients) {
      given.push_back(rvt::give(std::move(gradient)));
    }

    std::vector<rvt::Handle> returned(num_outputs(), nullptr);
    void* error = nullptr;
    if (rvt::callbacks().apply(
            function.get(), given.data(), static_cast<int32_t>(given.size()), returned.data(), static_cast<int32_t>(returned.size()), &error) != 0) {
      throw rvt::ManagedError(error);
    }

    ag::variable_list results;
    results.reserve(returned.size());
    for (auto* handle : returned) {
      results.push_back(
          handle == nullptr ? at::Tensor()
                            : at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(static_cast<at::TensorImpl*>(handle))));
    }
    return results;
  }

  void release_variables() override {
    std::vector<ag::SavedVariable> dropped;   // destroyed after the lock is gone: that may run code of other nodes
    std::lock_guard<std::mutex> lock(mutex_);
    dropped.swap(saved);
    freed = true;
  }

  ag::variable_list unpack() {
    // The buffers of a graph that was used up are gone, and so is their number.
    std::lock_guard<std::mutex> lock(mutex_);
    TORCH_CHECK(
        !freed, "Trying to backward through the graph of ", label,
        " a second time: its saved tensors were freed by the first pass. Pass retain_graph: true to the first one.");
    ag::variable_list tensors;
    tensors.reserve(saved.size());
    for (const auto& variable : saved) {
      tensors.push_back(variable.unpack(shared_from_this()));
    }
    return tensors;
  }

  void save(const ag::variable_list& tensors) {
    std::lock_guard<std::mutex> lock(mutex_);
    saved.clear();
    saved.reserve(tensors.size());
    for (const auto& tensor : tensors) {
      // An output is saved without its node: otherwise the node would hold itself.
      const bool is_output = tensor.defined() && tensor.grad_fn().get() == this;
      saved.emplace_back(tensor, is_output);
    }
  }

  std::string name() const override { return label; }

  rvt::ManagedReference function;
  std::string label;
  std::vector<ag::SavedVariable> saved;
  std::vector<ag::VariableInfo> outputs;
  bool materialize = true;
  bool freed = false;
};

using Owner = std::shared_ptr<ManagedNode>;

ag::variable_list collect(rvt::Handle* handles, int32_t count) {
  ag::variable_list tensors;
  tensors.reserve(count);
  for (int32_t i = 0; i < count; i++) {
    tensors.push_back(rvt::borrow(handles[i]));
  }
  return tensors;
}

std::unordered_set<at::TensorImpl*> collect_set(rvt::Handle* handles, int32_t count) {
  std::unordered_set<at::TensorImpl*> set;
  for (int32_t i = 0; i < count; i++) {
    set.insert(static_cast<at::TensorImpl*>(handles[i]));
  }
  return set;
}

using ImplSet = std::unordered_set<at::TensorImpl*>;
using Outputs = std::vector<c10::optional<at::Tensor>>;
using Jvp = std::function<ag::variable_list(ag::variable_list, ag::variable_list)>;
using View = std::function<at::Tensor(at::Tensor)>;

// libtorch's function has grown parameters over the versions.
template <typename Wrap>
Outputs wrap(Wrap function, const ag::variable_list& inputs, const ImplSet& fixed, const ImplSet& dirty, const Outputs& outputs, const Owner& owner) {
  const std::shared_ptr<ag::Node> node = owner;
  const at::ArrayRef<c10::optional<at::Tensor>> raw(outputs);
  const Jvp jvp = [](ag::variable_list, ag::variable_list) -> ag::variable_list {
    TORCH_CHECK(false, "forward-mode differentiation is not available for custom functions");
  };
  const View view = [](at::Tensor x) { return x.view_as(x); };
  if constexpr (std::is_invocable_v<Wrap, const ag::variable_list&, const ImplSet&, const ImplSet&, decltype(raw), decltype(node), Jvp>) {
    return function(inputs, fixed, dirty, raw, node, jvp);
  } else if constexpr (std::is_invocable_v<Wrap, const ag::variable_list&, const ImplSet&, const ImplSet&, decltype(raw), decltype(node), Jvp, ImplSet>) {
    return function(inputs, fixed, dirty, raw, node, jvp, {});
  } else if constexpr (std::is_invocable_v<Wrap, const ag::variable_list&, const ImplSet&, const ImplSet&, decltype(raw), decltype(node), Jvp, ImplSet, View>) {
    return function(inputs, fixed, dirty, raw, node, jvp, {}, view);
  } else {
    return function(inputs, fixed, dirty, raw, node, jvp, {}, view, false);
  }
}

}  // namespace

// Makes the node before the forward pass: in-place changes there must not alter the edges. Takes over `function`.
RVT_API(rvt_function_begin, (void* function, const char* name, rvt::Handle* inputs, int32_t count, void** owner, void** node),
        (function, name, inputs, count, owner, node)) {
  auto made = std::make_shared<ManagedNode>(function, name);
  made->set_next_edges(ag::collect_next_edges(collect(inputs, count)));
  made->clear_input_metadata();
  *node = made.get();
  *owner = new Owner(std::move(made));
}

// Ends the caller's ownership; from here on only the graph keeps the node.
RVT_API(rvt_function_release, (void* owner), (owner)) { delete static_cast<Owner*>(owner); }

// Links the outputs to the node, or only treats views and in-place changes where `owner` is null.
RVT_API(rvt_function_end,
        (void* owner, rvt::Handle* inputs, int32_t input_count, rvt::Handle* fixed, int32_t fixed_count, rvt::Handle* dirty, int32_t dirty_count,
         rvt::Handle* outputs, int32_t output_count, rvt::Handle* saved, int32_t saved_count, int32_t materialize, rvt::Handle* results),
        (owner, inputs, input_count, fixed, fixed_count, dirty, dirty_count, outputs, output_count, saved, saved_count, materialize, results)) {
  const Owner node = owner == nullptr ? nullptr : *static_cast<Owner*>(owner);
  Outputs raw;
  for (int32_t i = 0; i < output_count; i++) {
    if (outputs[i] == nullptr) {
      raw.push_back(c10::nullopt);
    } else {
      raw.push_back(rvt::borrow(outputs[i]));
    }
  }

  const auto wrapped = wrap(
      &ag::_wrap_outputs, collect(inputs, input_count), collect_set(fixed, fixed_count), collect_set(dirty, dirty_count), raw, node);
  if (node) {
    node->materialize = materialize != 0;
    for (const auto& output : wrapped) {
      if (output.has_value()) {
        node->outputs.emplace_back(*output);
      } else {
        node->outputs.emplace_back();
      }
    }
    node->save(collect(saved, saved_count));
  }

  for (int32_t i = 0; i < output_count; i++) {
    results[i] = wrapped[i].has_value() ? rvt::give(*wrapped[i]) : nullptr;
  }
}

// Checks that nobody changed the tensors since they were saved.
RVT_API(rvt_function_saved, (void* node, rvt::Handle* results, int32_t count), (node, results, count)) {
  const auto tensors = static_cast<ManagedNode*>(node)->unpack();
  TORCH_CHECK(tensors.size() == static_cast<size_t>(count), "the saved tensors changed while they were read");
  for (int32_t i = 0; i < count; i++) {
    results[i] = rvt::give(tensors[i]);
  }
}

RVT_API(rvt_function_needs_gradient, (void* node, int32_t input, int32_t* needed), (node, input, needed)) {
  *needed = static_cast<ManagedNode*>(node)->task_should_compute_output(static_cast<size_t>(input));
}
