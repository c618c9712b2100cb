#pragma once

#include "common/dsp/overlay/position_phase.hpp"

#include <cstdint>

namespace earshot::dsp {

/// A recurring event of the body (a heartbeat, a breath, a step): when it began, and how this one
/// differs from others. A function of the position while its rate stands still.
/// Thread: one owner. Real-time: yes.
class BodyRhythm {
public:
    explicit BodyRhythm(std::uint64_t seed) noexcept : seed_(seed) {}

    /// Where it stands at a control point.
    struct Point {
        double cycles = 0.0;   ///< Since the event began, [0, 1).
        double seconds = 0.0;  ///< Likewise.
        double hz = 1.0;       ///< Rate.
        double chance = 0.0;   ///< [-1, 1), the same throughout an event.
        bool odd = false;      ///< Every other event (the other foot).
    };

    void reset() noexcept { fresh_ = true; }
    /// Advances over the control period that begins at grid, to a rate at its end.
    void advance(std::int64_t grid, double to_hz) noexcept;

    [[nodiscard]] const Point& from() const noexcept { return from_; }
    [[nodiscard]] const Point& to() const noexcept { return to_; }
    /// The sine of a frequency that started with the event that is in progress at the period's end.
    [[nodiscard]] PhaseRun sine_from_event(double frequency_hz) const noexcept;

private:
    [[nodiscard]] Point point(double hz) noexcept;

    std::uint64_t seed_;
    PositionPhase phase_{8.0};
    std::uint64_t event_ = 0;
    Point from_;
    Point to_;
    double seconds_per_frame_ = 0.0;
    bool fresh_ = true;
};

}  // namespace earshot::dsp
