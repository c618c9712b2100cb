#pragma once

#include <string>
#include <vector>

namespace earshot::dsp::overlay_test {

/// The numbers of one vector of tests/golden/tinnitus.
/// @throws std::runtime_error  if it is not there.
[[nodiscard]] std::vector<float> golden(const std::string& name);

}  // namespace earshot::dsp::overlay_test
