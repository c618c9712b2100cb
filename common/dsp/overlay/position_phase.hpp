#pragma once

#include "common/dsp/control_grid.hpp"

#include <cstdint>
#include <span>

namespace earshot::dsp {

/// A phase over one control period: cycles(i) = start + slope i + bend i^2 at frame i of the
/// period.
struct PhaseRun {
    double start = 0.0;  ///< In [0, 1).
    double slope = 0.0;  ///< Cycles per frame.
    double bend = 0.0;

    [[nodiscard]] double at(double frame) const noexcept {
        return start + frame * (slope + frame * bend);
    }
};

/// out[i] = sin(2 pi run(first + i)), with an error below 1e-9 for phases up to 1e6 cycles.
/// @param first  Frame of the period, 0 to kControlPeriod - 1. Real-time: yes.
void fill_sine(const PhaseRun& run, int first, std::span<double> out) noexcept;
/// Likewise with the cosine, whose error is below 1e-8. @pre the spans are equally long
void fill_turn(const PhaseRun& run,
               int first,
               std::span<double> sines,
               std::span<double> cosines) noexcept;

/// The phase of something periodic, a pure function of the programme position as long as its
/// frequency stands still: frequency times position, in exact arithmetic.
///
/// While the frequency glides the phase runs on without a jump; afterwards it drifts back to that
/// function within some seconds, at most half a cycle in `settle_seconds` (e.g. 0.25 Hz in 2 s).
/// Thread: one owner. Real-time: yes.
class PositionPhase {
public:
    /// @param settle_seconds  Time constant of the drift.
    explicit PositionPhase(double settle_seconds) noexcept;

    /// Stands where playing at this frequency from the beginning would have led.
    /// @param grid  A multiple of kControlPeriod.
    void start(std::int64_t grid, double frequency_hz) noexcept;
    /// Advances to the end of the control period that begins at grid, where the last one ended.
    /// @return the phase within that period.
    PhaseRun advance(std::int64_t grid, double from_hz, double to_hz) noexcept;

    /// The number of the cycle it is in; while the frequency stands, a function of the position.
    [[nodiscard]] std::uint64_t cycle() const noexcept { return phase_ >> kFractionBits; }
    /// The place within the cycle, [0, 1).
    [[nodiscard]] double fraction() const noexcept;

private:
    static constexpr unsigned kFractionBits = 40;

    double keep_;  ///< Share of an offset that is left after a control period.
    std::uint64_t phase_ = 0;
};

}  // namespace earshot::dsp
