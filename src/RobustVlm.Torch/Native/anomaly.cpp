#include "guard.h"

#include <torch/csrc/autograd/anomaly_mode.h>

RVT_API(rvt_anomaly, (int32_t* enabled, int32_t* check_nan), (enabled, check_nan)) {
  *enabled = torch::autograd::AnomalyMode::is_enabled();
  *check_nan = torch::autograd::AnomalyMode::should_check_nan();
}

RVT_API(rvt_set_anomaly, (int32_t enabled, int32_t check_nan), (enabled, check_nan)) {
  torch::autograd::AnomalyMode::set_enabled(enabled != 0, check_nan != 0);
}
