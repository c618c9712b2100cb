#pragma once

#include "common/base/errc.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace earshot::dsp {

/// A level at a frequency.
struct AudiogramPoint {
    double hz = 1'000.0;  ///< 20 Hz to 20 kHz.
    double db = 0.0;      ///< -20 to 130 dB.

    friend bool operator==(const AudiogramPoint&, const AudiogramPoint&) = default;
};

/// A level in dB over frequency, given at up to 24 points: hearing level, attenuation, sensitivity.
/// Straight lines in dB between the points, level outside them. By default 0 dB everywhere.
///
/// Thread: const is safe. Real-time: at() and copying.
class Audiogram {
public:
    static constexpr std::size_t kMostPoints = 24;
    /// What the lines between points are straight over.
    enum class Axis { log_hz, linear_hz };

    Audiogram() = default;
    /// Fails with Errc::too_many or Errc::out_of_range: 1 to 24 points, their frequencies rising.
    [[nodiscard]] static Expected<Audiogram> make(std::span<const AudiogramPoint> points,
                                                  Axis axis = Axis::log_hz);
    /// The same level everywhere. @param db  Finite; taken into -20 to 130 dB.
    [[nodiscard]] static Audiogram flat(double db) noexcept;

    /// Level at a frequency in dB. @param hz  > 0.
    [[nodiscard]] double at(double hz) const noexcept;
    /// Frequencies in ascending order; never empty.
    [[nodiscard]] std::span<const AudiogramPoint> points() const noexcept {
        return std::span{points_}.first(count_);
    }
    [[nodiscard]] Axis axis() const noexcept { return axis_; }

    friend bool operator==(const Audiogram&, const Audiogram&) = default;

private:
    std::array<AudiogramPoint, kMostPoints> points_{};
    std::size_t count_ = 1;
    Axis axis_ = Axis::log_hz;
};

/// One of the ten standard audiograms, dB HL: "N1" to "N7" flat and sloping, "S1" to "S3" steep.
/// Source: Bisgaard, Vlaming & Dahlquist, Trends in Amplification 14(2), 2010, table of hearing
/// thresholds, 250 Hz to 6 kHz.
[[nodiscard]] std::optional<Audiogram> standard_audiogram(
    std::string_view name, Audiogram::Axis axis = Audiogram::Axis::log_hz);

}  // namespace earshot::dsp
