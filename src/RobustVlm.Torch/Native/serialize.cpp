// A tensor as one entry of libtorch's archive, as torch::save(tensor, file) writes it.
#include "guard.h"

#include <torch/serialize/archive.h>

RVT_API(rvt_tensor_save, (rvt::Handle tensor, const char* path), (tensor, path)) {
  torch::serialize::OutputArchive archive;
  archive.write("0", rvt::borrow(tensor));
  archive.save_to(path);
}

RVT_API(rvt_tensor_load, (const char* path, rvt::Handle* result), (path, result)) {
  torch::serialize::InputArchive archive;
  archive.load_from(path);
  at::Tensor tensor;
  archive.read("0", tensor);
  *result = rvt::give(tensor);
}
