#pragma once

#include "common/base/time.hpp"

#include <vector>

namespace earshot::test {

/// A crystal's rate against true time: constant, and swinging slowly with the room's temperature.
struct OscillatorModel {
    double ppm = 0.0;
    double wander_ppm = 0.0;  ///< Amplitude.
    double wander_period_s = 240.0;
    double wander_phase = 0.0;  ///< Radians; at 0 the rate is ppm and rising.
};

/// A listener's clock. True time is the media clock's, in seconds from 0 on.
class Oscillator {
public:
    explicit Oscillator(const OscillatorModel& model) : model_(model) {}

    /// The clock's reading at a true time; it starts at five hours.
    [[nodiscard]] LocalInstant local(double true_s) const;
    /// From this true time on the clock reads this much more (or less).
    void step_at(double true_s, double seconds) { events_.push_back({true_s, 0.0, seconds}); }
    /// From this true time on the clock stands still for a while: the machine sleeps.
    void suspend(double true_s, double seconds) { events_.push_back({true_s, seconds, -seconds}); }

private:
    struct Event {
        double at_s = 0.0;
        double lasts_s = 0.0;  ///< 0: at once.
        double adds_s = 0.0;   ///< Once it is over.
    };

    OscillatorModel model_;
    std::vector<Event> events_;
};

}  // namespace earshot::test
