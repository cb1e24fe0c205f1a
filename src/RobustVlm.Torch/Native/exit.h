#pragma once

namespace rvt {

void end_without_destructors();

}  // namespace rvt
