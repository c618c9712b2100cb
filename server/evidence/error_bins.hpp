#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::evidence {

/// How often errors of each size were told of: steps of 9 % from 1 us to 16 s. Fixed size.
/// Thread: one owner.
class ErrorBins {
public:
    static constexpr std::size_t kBins = 192;

    /// @param error_us  What is negative or no number is not counted.
    void add(double error_us) noexcept;
    void add(const ErrorBins& other) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint32_t count(std::size_t bin) const noexcept { return bins_.at(bin); }
    [[nodiscard]] double max_us() const noexcept { return max_us_; }
    /// The error that this share of all does not exceed, never better than the truth; 0 if there
    /// is none. @param share  0 to 1.
    [[nodiscard]] double quantile_us(double share) const noexcept;
    /// Upper edge of a bin; the last one has all that is larger, too.
    [[nodiscard]] static double edge_us(std::size_t bin) noexcept;

private:
    std::array<std::uint32_t, kBins> bins_{};
    std::uint64_t count_ = 0;
    double max_us_ = 0.0;
};

}  // namespace earshot::evidence
