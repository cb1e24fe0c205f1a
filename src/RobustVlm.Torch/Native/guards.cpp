#include "guards.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace {

using Arguments = std::vector<c10::IValue>;

// x86 traps on the quotient of the smallest integer and -1, which does not fit; narrower types are widened before the division.
void check_integer_quotient(const Arguments& a) {
  const auto is_one = [](const c10::IValue& v) { return v.isTensor() ? v.toTensor().defined() : v.isScalar(); };
  if (a.size() < 2 || !is_one(a[0]) || !is_one(a[1])) {
    return;
  }
  const auto as_tensor = [](const c10::IValue& v) { return v.isTensor() ? v.toTensor() : at::scalar_tensor(v.toScalar(), v.isInt() ? at::kLong : at::kDouble); };
  if ((a[0].isScalar() && !a[0].isInt()) || (a[1].isScalar() && !a[1].isInt())) {
    return;
  }
  const auto dividend = as_tensor(a[0]);
  const auto divisor = as_tensor(a[1]);
  const auto type = a[1].isScalar() ? dividend.scalar_type() : a[0].isScalar() ? divisor.scalar_type() : at::result_type(dividend, divisor);
  if ((type != at::kInt && type != at::kLong) || dividend.is_meta() || divisor.is_meta()) {
    return;
  }
  // Converted first, as libtorch does: a 64-bit number may become -1 when cut to 32 bits.
  const int64_t smallest = type == at::kInt ? std::numeric_limits<int32_t>::min() : std::numeric_limits<int64_t>::min();
  at::NoGradGuard no_grad;
  const auto minus_one = divisor.to(type).eq(-1);
  TORCH_CHECK_VALUE(
      !minus_one.any().item<bool>() || !minus_one.logical_and(dividend.to(type).eq(smallest)).any().item<bool>(),
      "the smallest ", type, " (", smallest, ") divided by -1 is too large for ", type, "; convert to a floating-point type first");
}

void check_rounded_quotient(const Arguments& a) {
  if (!a.back().isNone()) {
    check_integer_quotient(a);
  }
}

// The factor is squared and then divided by.
void check_factor(const Arguments& a) {
  constexpr int64_t largest = 1 << 30;
  TORCH_CHECK_VALUE(a[1].toInt() >= 1 && a[1].toInt() <= largest, "the factor must lie between 1 and ", largest, ", not ", a[1].toInt());
}

void check_one_element(const Arguments& a) {
  TORCH_CHECK(a[0].toTensor().numel() == 1, "a number can be read only from a tensor with one element, not ", a[0].toTensor().numel());
}

// LAPACK's iterations do not end on NaN or infinity.
void check_finite(const Arguments& a) {
  for (const auto& v : a) {
    if (v.isTensor() && v.toTensor().defined() && !v.toTensor().is_meta()) {
      const auto& matrix = v.toTensor();
      if (at::isFloatingType(matrix.scalar_type()) || at::isComplexType(matrix.scalar_type())) {
        at::NoGradGuard no_grad;
        TORCH_CHECK_VALUE(at::isfinite(matrix).all().item<bool>(), "the matrix contains NaN or infinity; look where they come from with isnan() and isinf()");
      }
    }
  }
}

// LAPACK is handed a pointer that is null.
void check_right_side(const Arguments& a) {
  TORCH_CHECK_VALUE(a[0].toTensor().numel() > 0 && a[1].toTensor().numel() > 0, "a least-squares problem without elements cannot be solved");
  check_finite(a);
}

// The new storage is read as elements of the old type.
void check_same_type(const Arguments& a) {
  if (a[1].isTensor()) {
    TORCH_CHECK_TYPE(
        a[0].toTensor().dtype() == a[1].toTensor().dtype(), "set_ needs a tensor of the same type: ", a[0].toTensor().dtype(), " is not ", a[1].toTensor().dtype());
  }
}

void check_padding(const Arguments& a) {
  const auto padding = a[1].toIntVector();
  TORCH_CHECK_VALUE(padding.size() == 4, "two dimensions are padded with four numbers (left, right, top, bottom), not ", padding.size());
}

// Each position of the sorter is read without a look at the bounds.
void check_sorter(const Arguments& a) {
  if (!a.back().isTensor() || !a.back().toTensor().defined() || a.back().toTensor().is_meta()) {
    return;
  }
  const auto& sorter = a.back().toTensor();
  const auto length = a[0].toTensor().dim() == 0 ? 0 : a[0].toTensor().size(-1);
  at::NoGradGuard no_grad;
  TORCH_CHECK_INDEX(
      sorter.numel() == 0 || (sorter.ge(0).all().item<bool>() && sorter.lt(length).all().item<bool>()), "the sorter's positions must lie between 0 and ", length - 1);
}

// The result is as long as output_size says, but filled for as long as the repeats say.
void check_output_size(const Arguments& a) {
  const auto& self = a[0].toTensor();
  const auto& size = a.back();
  const auto dimension = a[2].isInt() && self.dim() > 0 ? at::maybe_wrap_dim(a[2].toInt(), self.dim()) : -1;
  const auto length = dimension < 0 ? self.numel() : self.size(dimension);
  if (a[1].isInt()) {
    const auto most = std::numeric_limits<int64_t>::max() / std::max<int64_t>({self.numel(), length, 1});
    TORCH_CHECK_VALUE(a[1].toInt() <= most, "repeating ", length, " elements ", a[1].toInt(), " times is too much");
  }
  if (!size.isInt() || self.is_meta()) {
    return;
  }
  int64_t needed = 0;
  if (a[1].isInt()) {
    needed = a[1].toInt() * length;
  } else {
    const auto& repeats = a[1].toTensor();
    needed = repeats.numel() == 1 ? repeats.item().toLong() * length : repeats.sum().item().toLong();
  }
  TORCH_CHECK_VALUE(size.toInt() == needed, "output_size must be ", needed, ", the sum of the repeats, not ", size.toInt());
}

// The gradient's kernel turns positions into addresses and trusts that NaN and infinity do not occur.
void check_grid(const Arguments& a) {
  const auto& input = a[0].toTensor();
  const auto& grid = a[1].toTensor();
  if (at::GradMode::is_enabled() && (input.requires_grad() || grid.requires_grad()) && !grid.is_meta()) {
    at::NoGradGuard no_grad;
    TORCH_CHECK_VALUE(grid.abs().le(1e9).all().item<bool>(), "the grid contains NaN or positions beyond 1e9; -1 to 1 lie inside the picture");
  }
}

// Positions in the input are worked out from the scales, not from the sizes.
void check_scales(const Arguments& a) {
  const auto& input = a[0].toTensor();
  const auto sizes = a[1].toIntVector();
  const auto spatial = static_cast<int64_t>(sizes.size());
  if (input.dim() != spatial + 2) {
    return;
  }
  for (int64_t i = 0; i < spatial; i++) {
    const auto& scale = a[a.size() - static_cast<size_t>(spatial - i)];
    if (scale.isDouble()) {
      const double fitting = std::floor(static_cast<double>(input.size(i + 2)) * scale.toDouble());
      TORCH_CHECK_VALUE(fitting == static_cast<double>(sizes[i]), "a scale of ", scale.toDouble(), " makes ", input.size(i + 2), " pixels ", fitting, ", not ", sizes[i]);
    }
  }
}

// oneDNN cuts the number of groups to 32 bits and divides by it.
void check_groups(const Arguments& a) {
  const auto groups = a[6].toInt();
  TORCH_CHECK_VALUE(groups >= 1 && groups <= std::numeric_limits<int32_t>::max(), "the number of groups must be at least 1 and divide the channels; it is ", groups);
}

// The number of elements is worked out without a look at overflow.
void check_output_elements(const Arguments& a) {
  double elements = std::max<double>(1, static_cast<double>(a[0].toTensor().numel()));
  for (const auto size : a[1].toIntVector()) {
    elements *= std::max<double>(1, static_cast<double>(size));
  }
  TORCH_CHECK_VALUE(elements < 1e14, "an output of that size has up to ", elements, " elements, which is too much");
}

void check_has_dimension(const Arguments& a) {
  if (a[0].isTensor()) {
    TORCH_CHECK_INDEX(a[0].toTensor().dim() > 0, "a Fourier transform needs a tensor with at least one dimension");
  }
}

// Arguments: input, weight, bias, running_mean, running_var, training.
void check_batch_norm(const Arguments& a) {
  TORCH_CHECK_VALUE(a[0].toTensor().numel() > 0, "a batch without elements cannot be normalised");
  TORCH_CHECK_VALUE(
      a[5].toBool() || (a[3].isTensor() && a[4].isTensor()), "without training the running mean and variance are needed");
}

bool on_processor(const c10::IValue& v) { return v.isTensor() && v.toTensor().defined() && v.toTensor().is_cpu(); }

// Whether all elements lie in [low, high]; true without elements, false for NaN.
bool lies_in(const at::Tensor& values, double low, double high) {
  at::NoGradGuard no_grad;
  return values.numel() == 0 || (values.ge(low).all().item<bool>() && values.le(high).all().item<bool>());
}

// One counter per number up to the largest: beyond the address space the size overflows.
void check_counted(const Arguments& a) {
  TORCH_CHECK_VALUE(!on_processor(a[0]) || a[0].toTensor().is_floating_point() || a[0].toTensor().is_complex() || lies_in(a[0].toTensor(), -9e18, 1LL << 48),
                    "bincount needs a counter for each number up to the largest, which is beyond 2^48 here");
}

// A count of NaN is drawn for ever.
void check_count(const Arguments& a) {
  at::NoGradGuard no_grad;
  TORCH_CHECK_VALUE(!on_processor(a[0]) || !a[0].toTensor().isnan().any().item<bool>(), "the count contains NaN");
}

// Pivots are row numbers from 1, negative for blocks; LAPACK does not check them.
void check_pivots(const Arguments& a) {
  if (on_processor(a[0]) && on_processor(a[1]) && a[0].toTensor().dim() > 0 && at::isIntegralType(a[1].toTensor().scalar_type(), false)) {
    const auto rows = a[0].toTensor().size(-1);
    at::NoGradGuard no_grad;
    TORCH_CHECK_INDEX(lies_in(a[1].toTensor().abs(), 1, static_cast<double>(rows)), "the pivots are no rows of a matrix with ", rows, " rows");
  }
}

// The recurrence runs as many steps as the degree says, without looking at interrupts.
void check_degree(const Arguments& a) {
  constexpr double most = 1e7;
  at::NoGradGuard no_grad;
  const bool fits = a[1].isScalar() ? a[1].toScalar().toDouble() <= most
                                    : !on_processor(a[1]) || a[1].toTensor().is_complex() || !a[1].toTensor().gt(most).any().item<bool>();
  TORCH_CHECK_VALUE(fits, "a polynomial of a degree above ", most, " would take for ever");
}

// Weights of classes are read by class number, unchecked.
void check_class_weights(const Arguments& a) {
  if (on_processor(a[4])) {
    const auto& input = a[0].toTensor();
    const auto classes = input.dim() == 0 ? 1 : input.size(-1);
    TORCH_CHECK_VALUE(a[4].toTensor().numel() == classes, "weight has ", a[4].toTensor().numel(), " elements for ", classes, " classes");
  }
}

// Lengths and targets are used as addresses.
void check_sequences(const Arguments& a) {
  const auto& scores = a[0].toTensor();
  const auto& targets = a[1].toTensor();
  if (!on_processor(a[0]) || !on_processor(a[1]) || !on_processor(a[2]) || !on_processor(a[3]) || scores.dim() < 2 || scores.dim() > 3 || targets.dim() < 1 || targets.dim() > 2) {
    return;
  }
  at::NoGradGuard no_grad;
  const auto steps = scores.size(0);
  const auto classes = scores.size(-1);
  const auto lengths = a[3].toTensor().to(at::kLong).flatten();
  const bool padded = scores.dim() == 3 && targets.dim() == 2;
  const auto room = padded ? targets.size(1) : targets.size(0);
  TORCH_CHECK_INDEX(lies_in(a[2].toTensor(), 0, static_cast<double>(steps)), "input_lengths must lie from 0 to ", steps);
  TORCH_CHECK_INDEX(lies_in(lengths, 0, static_cast<double>(room)), "target_lengths must lie from 0 to ", room);
  auto used = targets;
  if (padded && lengths.numel() == targets.size(0)) {
    used = targets.masked_select(at::arange(room).unsqueeze(0).lt(lengths.unsqueeze(1)));
  } else {
    TORCH_CHECK_INDEX(padded || lengths.sum().item<int64_t>() <= room, "target_lengths add up to more than the ", room, " targets");
  }
  TORCH_CHECK_INDEX(lies_in(used, 0, static_cast<double>(classes - 1)), "targets must lie from 0 to ", classes - 1);
}

// The remainder of the smallest integer and -1 traps inside the algorithm, whatever the operands were at first.
void check_no_smallest(const Arguments& a) {
  at::NoGradGuard no_grad;
  for (size_t i = 0; i < 2; i++) {
    if (!on_processor(a[i])) {
      continue;
    }
    const auto& numbers = a[i].toTensor();
    const auto type = numbers.scalar_type();
    if (type == at::kInt || type == at::kLong) {
      const int64_t smallest = type == at::kInt ? std::numeric_limits<int32_t>::min() : std::numeric_limits<int64_t>::min();
      TORCH_CHECK_VALUE(!numbers.eq(smallest).any().item<bool>(), "the smallest ", type, " has no counterpart above zero, so no divisor or multiple is computed with it");
    }
  }
}

// Larger exponents overflow when their sign is turned.
void check_exponent(const Arguments& a) {
  constexpr int64_t largest = 1 << 30;
  TORCH_CHECK_VALUE(a[1].toInt() >= -largest && a[1].toInt() <= largest, "the exponent must lie between ", -largest, " and ", largest, ", not ", a[1].toInt());
}

// Windows are counted in 32 bits.
void check_window(const Arguments& a) {
  constexpr int64_t largest = std::numeric_limits<int32_t>::max();
  for (const auto& v : a) {
    if (v.isIntList()) {
      for (const auto number : v.toIntVector()) {
        TORCH_CHECK_VALUE(number >= 0 && number <= largest, "sizes, steps, padding and dilation of a window must lie between 0 and ", largest, ", not ", number);
      }
    }
  }
}

// The spatial sizes are read from the list whatever its length.
template <size_t kSpatial>
void check_unpooled_size(const Arguments& a) {
  const auto size = a[2].toIntVector();
  TORCH_CHECK_VALUE(size.size() == kSpatial, "output_size needs ", kSpatial, " numbers, not ", size.size());
}

}  // namespace

namespace rvt {

Guards::Special Guards::find(const std::string& name) {
  static const std::unordered_map<std::string, Special> table = {
      {"aten::div", check_rounded_quotient},
      {"aten::floor_divide", check_integer_quotient},
      {"aten::fmod", check_integer_quotient},
      {"aten::remainder", check_integer_quotient},
      {"aten::pixel_shuffle", check_factor},
      {"aten::pixel_unshuffle", check_factor},
      {"aten::_local_scalar_dense", check_one_element},
      {"aten::linalg_svd", check_finite},
      {"aten::linalg_svdvals", check_finite},
      {"aten::linalg_eigh", check_finite},
      {"aten::linalg_eigvalsh", check_finite},
      {"aten::linalg_eig", check_finite},
      {"aten::linalg_eigvals", check_finite},
      {"aten::linalg_lstsq", check_right_side},
      {"aten::linalg_pinv", check_finite},
      {"aten::linalg_matrix_rank", check_finite},
      {"aten::linalg_cond", check_finite},
      {"aten::linalg_matrix_norm", check_finite},
      {"aten::svd", check_finite},
      {"aten::pinverse", check_finite},
      {"aten::set", check_same_type},
      {"aten::reflection_pad2d", check_padding},
      {"aten::replication_pad2d", check_padding},
      {"aten::searchsorted", check_sorter},
      {"aten::repeat_interleave", check_output_size},
      {"aten::grid_sampler", check_grid},
      {"aten::grid_sampler_2d", check_grid},
      {"aten::grid_sampler_3d", check_grid},
      {"aten::conv1d", check_groups},
      {"aten::conv2d", check_groups},
      {"aten::conv3d", check_groups},
      {"aten::conv_transpose1d", check_groups},
      {"aten::conv_transpose2d", check_groups},
      {"aten::conv_transpose3d", check_groups},
      {"aten::native_batch_norm", check_batch_norm},
      {"aten::bincount", check_counted},
      {"aten::gcd", check_no_smallest},
      {"aten::lcm", check_no_smallest},
      {"aten::linalg_matrix_power", check_exponent},
      {"aten::max_pool1d", check_window},
      {"aten::max_pool1d_with_indices", check_window},
      {"aten::max_pool2d", check_window},
      {"aten::max_pool2d_with_indices", check_window},
      {"aten::max_pool3d", check_window},
      {"aten::max_pool3d_with_indices", check_window},
      {"aten::avg_pool1d", check_window},
      {"aten::avg_pool2d", check_window},
      {"aten::avg_pool3d", check_window},
      {"aten::binomial", check_count},
      {"aten::linalg_ldl_solve", check_pivots},
      {"aten::linalg_lu_solve", check_pivots},
      {"aten::lu_unpack", check_pivots},
      {"aten::multi_margin_loss", check_class_weights},
      {"aten::ctc_loss", check_sequences},
      {"aten::max_unpool2d", check_unpooled_size<2>},
      {"aten::max_unpool3d", check_unpooled_size<3>},
  };
  const auto plain = !name.empty() && name.back() == '_' ? name.substr(0, name.size() - 1) : name;   // in place is guarded alike
  if (name.compare(0, 10, "aten::fft_") == 0) {
    return check_has_dimension;
  }
  if (name.compare(0, 15, "aten::adaptive_") == 0) {
    return check_output_elements;
  }
  if (name.compare(0, 14, "aten::upsample") == 0 || name.compare(0, 15, "aten::_upsample") == 0) {
    return check_scales;
  }
  if (name.compare(0, 14, "aten::special_") == 0 && name.find("_polynomial_") != std::string::npos) {
    return check_degree;
  }
  const auto found = table.find(plain);
  return found == table.end() ? nullptr : found->second;
}

Guards::Guards(const c10::FunctionSchema& schema) : special_(find(schema.name())) {
  // Only the division that rounds stays among the integers.
  if (special_ == check_rounded_quotient && schema.overload_name().find("mode") == std::string::npos) {
    special_ = nullptr;
  }

  for (size_t i = 0; i < schema.arguments().size(); i++) {
    auto type = schema.arguments()[i].real_type();
    if (const auto optional = type->cast<c10::OptionalType>()) {
      type = optional->getElementType();
    }
    switch (type->kind()) {
      case c10::TypeKind::ScalarTypeType: enumerations_.push_back({i, Kind::kScalarType}); break;
      case c10::TypeKind::LayoutType: enumerations_.push_back({i, Kind::kLayout}); break;
      case c10::TypeKind::MemoryFormatType: enumerations_.push_back({i, Kind::kMemoryFormat}); break;
      default: break;
    }
  }
}

void Guards::check_number(Kind kind, int64_t number) {
  switch (kind) {
    case Kind::kScalarType:
      TORCH_CHECK_VALUE(
          number >= 0 && number <= static_cast<int64_t>(at::kBFloat16) && !c10::isQIntType(static_cast<at::ScalarType>(number)), number,
          " is not an element type; use one of torch.ScalarType");
      break;
    case Kind::kLayout: TORCH_CHECK_VALUE(number == 0, number, " is not a layout this binding knows; tensors are dense here"); break;
    case Kind::kMemoryFormat: TORCH_CHECK_VALUE(number >= 0 && number <= 3, number, " is not a memory format"); break;
  }
}

void Guards::check_all(const Arguments& arguments) const {
  for (const auto& enumeration : enumerations_) {
    if (arguments[enumeration.position].isInt()) {
      check_number(enumeration.kind, arguments[enumeration.position].toInt());
    }
  }
  if (special_ != nullptr) {
    special_(arguments);
  }
}

}  // namespace rvt
