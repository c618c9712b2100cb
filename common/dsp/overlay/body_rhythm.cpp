#include "common/dsp/overlay/body_rhythm.hpp"

#include "common/dsp/overlay/position_noise.hpp"

namespace earshot::dsp {

BodyRhythm::Point BodyRhythm::point(double hz) noexcept {
    Point point;
    point.cycles = phase_.fraction();
    point.seconds = point.cycles / hz;
    point.hz = hz;
    point.chance = position_noise(seed_, static_cast<std::int64_t>(event_)).first;
    point.odd = (event_ & 1U) != 0;
    return point;
}

void BodyRhythm::advance(std::int64_t grid, double to_hz) noexcept {
    if (fresh_) {
        phase_.start(grid, to_hz);
        event_ = phase_.cycle();
        from_ = point(to_hz);
        fresh_ = false;
    } else {
        from_ = to_;
    }
    const PhaseRun run = phase_.advance(grid, from_.hz, to_hz);
    if (phase_.fraction() < from_.cycles) {
        // Only now, for while a rate glides the number of the cycle runs wild.
        event_ = phase_.cycle();
    }
    to_ = point(to_hz);
    seconds_per_frame_ = (run.slope + kControlPeriod * run.bend) / to_hz;
}

PhaseRun BodyRhythm::sine_from_event(double frequency_hz) const noexcept {
    PhaseRun run;
    run.slope = frequency_hz * seconds_per_frame_;
    run.start = frequency_hz * to_.seconds - kControlPeriod * run.slope;
    return run;
}

}  // namespace earshot::dsp
