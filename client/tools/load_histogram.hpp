#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace earshot::load {

/// Counts values in equal bins, so that any number of them takes the same memory.
/// Thread: one owner.
class Histogram {
public:
    /// Values below `lowest` and above `highest` count at the ends.
    Histogram(double lowest, double highest, double bin)
        : lowest_(lowest),
          bin_(bin),
          bins_(static_cast<std::size_t>(std::ceil((highest - lowest) / bin)) + 1, 0) {}

    void add(double value) {
        const double index = std::floor((value - lowest_) / bin_);
        const double held = std::clamp(index, 0.0, static_cast<double>(bins_.size() - 1));
        ++bins_[static_cast<std::size_t>(held)];
        least_ = count_ == 0 ? value : std::min(least_, value);
        most_ = count_ == 0 ? value : std::max(most_, value);
        ++count_;
    }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] double least() const noexcept { return least_; }
    [[nodiscard]] double most() const noexcept { return most_; }
    /// The value that this share (0 to 1) of all values does not pass, to within one bin; 0 if
    /// there are none.
    [[nodiscard]] double quantile(double share) const noexcept {
        const auto rank =
            static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
        std::uint64_t passed = 0;
        for (std::size_t i = 0; i < bins_.size(); ++i) {
            passed += bins_[i];
            if (passed > 0 && passed >= rank) {
                const double middle = lowest_ + (static_cast<double>(i) + 0.5) * bin_;
                return std::clamp(middle, least_, most_);
            }
        }
        return 0.0;
    }

private:
    double lowest_;
    double bin_;
    std::vector<std::uint64_t> bins_;
    std::uint64_t count_ = 0;
    double least_ = 0.0;
    double most_ = 0.0;
};

}  // namespace earshot::load
