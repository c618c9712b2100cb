#pragma once

#include "common/base/time.hpp"
#include "common/sync/clock_model.hpp"
#include "tests/support/sim_oscillator.hpp"
#include "tests/support/sim_random.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

namespace earshot::test {

/// What delays and loses the packets of one direction. Means are of exponential distributions.
struct DirectionModel {
    double fixed_us = 100.0;  ///< The path itself.
    double mean_queue_us = 10.0;
    double burst_share = 0.0;      ///< Share of packets that meet a busy medium ...
    double burst_mean_us = 0.0;    ///< ... and this much more.
    double pareto_mean_us = 0.0;   ///< Half of it always, and a heavy tail (Pareto, alpha 2).
    double loss_share = 0.0;       ///< Lost one by one.
    double dropout_every_s = 0.0;  ///< Mean time between spells in which all is lost; 0: none.
    double dropout_s = 0.0;
    double stall_every_s = 0.0;  ///< Mean time between spells in which nothing moves; 0: none.
    double stall_least_s = 0.0;
    double stall_most_s = 0.0;
    double bloat_us = 0.0;  ///< A queue that fills up to this in half of each period, then drains.
    double bloat_period_s = 0.0;
    double reorder_share = 0.0;  ///< Share of packets that later ones overtake ...
    double reorder_us = 0.0;     ///< ... because they are held up to this long.
};

/// One direction of a network. Seeded. Packets may overtake one another.
class Direction {
public:
    Direction(std::uint32_t seed, const DirectionModel& model) : random_(seed), model_(model) {}

    /// When a packet arrives that leaves at a true time; nothing if it is lost.
    /// @pre at_s does not run back by more than a round trip
    [[nodiscard]] std::optional<double> arrival(double at_s);
    void set(const DirectionModel& model) { model_ = model; }
    [[nodiscard]] const DirectionModel& model() const { return model_; }

private:
    /// A spell that comes back after an exponential time.
    struct Spell {
        double from_s = 0.0;
        double to_s = 0.0;
        [[nodiscard]] bool at(double s) const { return s >= from_s && s < to_s; }
    };
    void advance(Spell& spell, double at_s, double every_s, double least_s, double most_s);
    [[nodiscard]] double delay_us(double at_s);

    SimRandom random_;
    DirectionModel model_;
    Spell dropout_;
    Spell stall_;
};

/// A listener's clock and the network between it and the media clock.
class SimulatedNetwork {
public:
    /// An exchange that came back.
    struct Reply {
        double arrives_s = 0.0;  ///< True time; replies are to be taken in this order.
        sync::ClockSample sample;
    };

    SimulatedNetwork(std::uint32_t seed,
                     const OscillatorModel& clock,
                     const DirectionModel& up,
                     const DirectionModel& down)
        : clock_(clock), up_(2 * seed, up), down_(2 * seed + 1, down) {}
    SimulatedNetwork(std::uint32_t seed,
                     double ppm,
                     const DirectionModel& up,
                     const DirectionModel& down,
                     double wander_ppm = 0.0)
        : SimulatedNetwork(seed, OscillatorModel{.ppm = ppm, .wander_ppm = wander_ppm}, up, down) {}

    [[nodiscard]] LocalInstant local(double true_s) const { return clock_.local(true_s); }
    [[nodiscard]] static MediaInstant media(double true_s) {
        return MediaInstant{std::chrono::nanoseconds{std::llround(true_s * 1e9)}};
    }
    /// One exchange begun at a true time; nothing if either way loses it.
    [[nodiscard]] std::optional<Reply> request(double true_s);
    /// The same on a network that loses nothing.
    [[nodiscard]] sync::ClockSample exchange(double true_s) { return request(true_s)->sample; }
    /// Error of a model at a true time, in us.
    [[nodiscard]] double error_us(const sync::ClockModel& model, double true_s) const {
        return static_cast<double>((model.to_media(local(true_s)) - media(true_s)).count()) * 1e-3;
    }
    /// The part of the error that no exchange can show: half the difference of both paths.
    [[nodiscard]] double hidden_us() const {
        return 0.5 * (up_.model().fixed_us - down_.model().fixed_us);
    }
    void set_up(const DirectionModel& up) { up_.set(up); }
    void set_down(const DirectionModel& down) { down_.set(down); }
    [[nodiscard]] Oscillator& clock() { return clock_; }

private:
    Oscillator clock_;
    Direction up_;
    Direction down_;
};

inline constexpr DirectionModel kWired{
    .fixed_us = 80.0, .mean_queue_us = 12.0, .burst_share = 0.02, .burst_mean_us = 300.0};
/// Same least delay as its way back, but much busier.
inline constexpr DirectionModel kBusyWifiUp{
    .fixed_us = 900.0, .mean_queue_us = 500.0, .burst_share = 0.3, .burst_mean_us = 8'000.0};
inline constexpr DirectionModel kBusyWifiDown{
    .fixed_us = 900.0, .mean_queue_us = 250.0, .burst_share = 0.15, .burst_mean_us = 15'000.0};

}  // namespace earshot::test
