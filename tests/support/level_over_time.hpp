#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace earshot::test {

/// RMS of each of `columns` equal parts in dBFS (a full-scale square is 0); silence is -200.
[[nodiscard]] std::vector<double> level_over_time(std::span<const float> signal,
                                                  std::size_t columns);

}  // namespace earshot::test
