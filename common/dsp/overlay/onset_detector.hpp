#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace earshot::dsp {

/// Finds where strokes of the bass drum begin: sudden growth of what lies between 40 and 120 Hz.
///
/// A complex resonator follows the band's level without ripple. A stroke is a rise by 4 dB in 10
/// ms, to 1.5 dB over the most there was 10 to 40 ms before (the beats of two low notes are
/// slower), at least 90 ms after the last; 8 ms later it must be as loud as the band above (other
/// drums are not) and no more than 10 dB under the recent strokes.
/// Thread: one owner. Real-time: yes.
class OnsetDetector {
public:
    /// Time between two inputs: a control period.
    static constexpr int kPeriod = 32;

    OnsetDetector() noexcept;
    /// Takes the mean of the sound over the control period that ends at a position.
    /// @return where a stroke began, if one is found now: 744 frames (15.5 ms) back.
    std::optional<std::int64_t> take(double mean, std::int64_t end) noexcept;
    void reset() noexcept;

private:
    /// Two complex poles at a frequency.
    class Resonator {
    public:
        explicit Resonator(double centre_hz) noexcept;
        void reset() noexcept { re_ = im_ = {}; }
        /// @return the power of its band, 1 for a sine of amplitude 1; 1e-10 at least.
        double take(double x) noexcept;

    private:
        double turn_re_, turn_im_, gain_;
        std::array<double, 2> re_{};
        std::array<double, 2> im_{};
    };

    // All levels are powers.
    static constexpr int kConfirm = 12;  ///< Periods, 8 ms.
    static constexpr int kNear = 15;     ///< Periods before now to compare with.
    static constexpr int kFar = 60;

    [[nodiscard]] double most_before() const noexcept;

    Resonator low_;
    Resonator high_;
    std::array<double, kFar> past_{};  ///< A ring; at_ is the oldest.
    std::size_t at_ = 0;
    double strokes_ = 0.0;
    int pending_ = 0;             ///< Periods until a candidate is looked at again; 0: none.
    double pending_power_ = 0.0;  ///< What it had then,
    double needed_ = 0.0;         ///< and what it has to have.
    std::int64_t last_ = 0;
};

}  // namespace earshot::dsp
