#pragma once

#include "common/base/time.hpp"
#include "tests/support/sim_oscillator.hpp"
#include "tests/support/sim_random.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>

namespace earshot::test {

/// A sound device: its crystal, how it asks for sound, and how well it knows its own position.
struct DeviceModel {
    double ppm = 0.0;
    int period = 480;          ///< Frames between two reports, and of a block.
    int buffered = 1'920;      ///< Frames written and not yet heard.
    double jitter_us = 100.0;  ///< Reports lie up to half of this off, either way.
    double bias_us = 0.0;      ///< All reports are this late.
};

/// Plays frames from 0 on, at true times that only the simulation knows.
class SimulatedDevice {
public:
    SimulatedDevice(std::uint32_t seed, const DeviceModel& model)
        : random_(seed), model_(model), rate_hz_(kSampleRateHz * (1.0 + model.ppm * 1e-6)) {}

    [[nodiscard]] const DeviceModel& model() const { return model_; }
    /// True time at which a frame leaves the DAC.
    [[nodiscard]] double leaves_s(std::int64_t frame) const {
        return static_cast<double>(frame) / rate_hz_ + stood_s_;
    }
    /// What the device says about it: a reading of the listener's clock.
    [[nodiscard]] LocalInstant report(std::int64_t frame, const Oscillator& clock) {
        const double off_us = model_.bias_us + model_.jitter_us * random_.between(-0.5, 0.5);
        return clock.local(leaves_s(frame)) + std::chrono::nanoseconds{std::llround(off_us * 1e3)};
    }
    /// It stands still: all frames not heard yet come later.
    void stand(double seconds) { stood_s_ += seconds; }

private:
    SimRandom random_;
    DeviceModel model_;
    double rate_hz_;
    double stood_s_ = 0.0;
};

}  // namespace earshot::test
