// What re-running a piece of a graph needs to know about it.
#include "guard.h"

#include <ATen/SequenceNumber.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>

#include <cstdlib>
#include <unordered_set>

namespace ag = torch::autograd;

// Nodes that this thread makes from now on have at least this number.
RVT_API(rvt_graph_mark, (uint64_t* mark), (mark)) { *mark = at::sequence_number::peek(); }

// Finds the leaves that the outputs depend on through nodes made since `mark`, in the order of a depth-first walk.
// `foreign` counts the edges that lead to older nodes. The list is freed with rvt_free_list.
RVT_API(rvt_graph_leaves, (rvt::Handle* outputs, int32_t count, uint64_t mark, rvt::Handle** leaves, int32_t* leaf_count, int32_t* foreign),
        (outputs, count, mark, leaves, leaf_count, foreign)) {
  std::vector<std::shared_ptr<ag::Node>> open;
  std::unordered_set<ag::Node*> seen;
  std::vector<at::Tensor> found;
  *foreign = 0;
  const auto visit = [&](const std::shared_ptr<ag::Node>& node) {
    if (node && seen.insert(node.get()).second) {
      open.push_back(node);
    }
  };
  for (int32_t i = 0; i < count; i++) {
    const auto output = rvt::borrow(outputs[i]);
    if (output.defined() && output.requires_grad()) {
      visit(ag::impl::gradient_edge(output).function);
    }
  }

  while (!open.empty()) {
    const auto node = std::move(open.back());
    open.pop_back();
    if (auto* leaf = dynamic_cast<ag::AccumulateGrad*>(node.get())) {
      found.push_back(leaf->variable);
    } else if (node->sequence_nr() < mark) {
      ++*foreign;
    } else {
      for (const auto& edge : node->next_edges()) {
        visit(edge.function);
      }
    }
  }

  auto** list = static_cast<rvt::Handle*>(std::malloc(sizeof(rvt::Handle) * (found.size() + 1)));
  if (list == nullptr) {
    throw std::bad_alloc();
  }
  for (size_t i = 0; i < found.size(); i++) {
    list[i] = rvt::give(found[i]);
  }
  *leaves = list;
  *leaf_count = static_cast<int32_t>(found.size());
}

RVT_API(rvt_tensor_version, (rvt::Handle tensor, int64_t* version), (tensor, version)) {
  const auto borrowed = rvt::borrow(tensor);
  *version = borrowed.is_inference() ? 0 : borrowed._version();
}

RVT_API(rvt_autocast_cache, (int32_t* enabled), (enabled)) { *enabled = at::autocast::is_autocast_cache_enabled(); }

RVT_API(rvt_set_autocast_cache, (int32_t enabled), (enabled)) { at::autocast::set_autocast_cache_enabled(enabled != 0); }
