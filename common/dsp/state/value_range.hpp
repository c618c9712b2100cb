#pragma once

namespace earshot::dsp {

/// The values that a setting may have, both ends included.
struct ValueRange {
    double lowest;
    double highest;

    /// False for what is not a number, too.
    [[nodiscard]] constexpr bool contains(double value) const noexcept {
        return value >= lowest && value <= highest;
    }
};

}  // namespace earshot::dsp
