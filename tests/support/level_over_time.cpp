#include "tests/support/level_over_time.hpp"

#include "common/base/level.hpp"

#include <cmath>

namespace earshot::test {

std::vector<double> level_over_time(std::span<const float> signal, std::size_t columns) {
    std::vector<double> result(columns, -200.0);
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t from = column * signal.size() / columns;
        const std::size_t to = (column + 1) * signal.size() / columns;
        double sum = 0.0;
        for (std::size_t n = from; n < to; ++n) {
            sum += static_cast<double>(signal[n]) * static_cast<double>(signal[n]);
        }
        if (to > from) {
            result[column] = gain_to_db(std::sqrt(sum / static_cast<double>(to - from)));
        }
    }
    return result;
}

}  // namespace earshot::test
