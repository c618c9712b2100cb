#pragma once

#include "client/core/drift_corrector.hpp"
#include "client/core/session_clock.hpp"
#include "common/sync/device_clock.hpp"
#include "tests/support/sim_device.hpp"
#include "tests/support/sim_network.hpp"

#include <cstdint>
#include <vector>

namespace earshot::test {

/// Everything that a listener's errors come from.
struct ListenerModel {
    OscillatorModel clock;
    DeviceModel device;
    DirectionModel up;
    DirectionModel down;
    double sleeps_at_s = -1.0;  ///< Clock and device stand still then; below 0: never.
    double sleeps_s = 0.0;
};

/// A listener without sound: the real exchanges, estimator, device clocks, and resampler position
/// of earshot-client, between a simulated clock, network and device. Faster than real
/// time; the same seed and model give the same run.
class SimulatedListener {
public:
    /// How it stands at the newest block, against the truth.
    struct View {
        double presentation_us = 0.0;  ///< Media time heard less media time due: positive is early.
        double clock_us = 0.0;         ///< Error of the clock model, hidden part included.
        double hidden_us = 0.0;        ///< What no exchange can show of it.
        double fit_bound_us = 0.0;
        double path_bound_us = 0.0;
        bool playing = false;
    };

    SimulatedListener(std::uint32_t seed, const ListenerModel& model);

    /// Lives until a true time.
    void run_to(double true_s);
    [[nodiscard]] View view() const;
    [[nodiscard]] int reanchors() const { return reanchors_; }
    [[nodiscard]] const sync::ClockEstimatorCounters& counters() const { return clock_.counters(); }

private:
    void exchange(double now_s);
    void block();

    ListenerModel model_;
    SimulatedNetwork network_;
    SimulatedDevice device_;
    client::SessionClock clock_;
    sync::DeviceClock sink_;
    client::DriftCorrector corrector_;
    /// On its way.
    struct Reply {
        SimulatedNetwork::Reply there;
        std::uint32_t sequence = 0;
    };
    std::vector<Reply> replies_;
    std::int64_t frame_ = 0;  ///< Leaves the DAC at the next block.
    double now_s_ = 0.0;
    double presentation_us_ = 0.0;
    bool slept_ = false;
    bool playing_ = false;
    int reanchors_ = 0;
};

}  // namespace earshot::test
