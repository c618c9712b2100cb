#include "tests/support/sim_listener.hpp"

#include <algorithm>
#include <chrono>

namespace earshot::test {

SimulatedListener::SimulatedListener(std::uint32_t seed, const ListenerModel& model)
    : model_(model),
      network_(seed, model.clock, model.up, model.down),
      device_(seed + 1, model.device),
      corrector_(std::chrono::nanoseconds{0}, 0) {
    clock_.restart(network_.local(0.0), false);
    clock_.set_lossy(true);
    if (model.sleeps_at_s >= 0.0) {
        network_.clock().suspend(model.sleeps_at_s, model.sleeps_s);
    }
}

void SimulatedListener::run_to(double true_s) {
    while (device_.leaves_s(frame_) < true_s) {
        block();
    }
}

void SimulatedListener::exchange(double now_s) {
    std::sort(replies_.begin(), replies_.end(),
              [](const auto& a, const auto& b) { return a.there.arrives_s < b.there.arrives_s; });
    const auto ahead = std::find_if(replies_.begin(), replies_.end(), [now_s](const auto& reply) {
        return reply.there.arrives_s > now_s;
    });
    for (auto reply = replies_.begin(); reply != ahead; ++reply) {
        const sync::ClockSample& sample = reply->there.sample;
        const auto ns = [](auto instant) { return instant.time_since_epoch().count(); };
        clock_.take({static_cast<std::uint64_t>(ns(sample.t1)), ns(sample.t2), ns(sample.t3),
                     reply->sequence},
                    sample.t4);
    }
    replies_.erase(replies_.begin(), ahead);
    if (clock_.due(network_.local(now_s))) {
        const std::uint32_t sequence = clock_.send(network_.local(now_s));
        if (const auto reply = network_.request(now_s)) {
            replies_.push_back({*reply, sequence});
        }
    }
}

void SimulatedListener::block() {
    if (!slept_ && model_.sleeps_at_s >= 0.0 && device_.leaves_s(frame_) >= model_.sleeps_at_s) {
        slept_ = true;
        device_.stand(model_.sleeps_s);
        replies_.clear();  // sent to a machine that slept
    }
    now_s_ = device_.leaves_s(frame_);
    exchange(now_s_);
    const int frames = device_.model().period;
    const std::int64_t written = frame_ + device_.model().buffered;
    sink_.update(frame_, device_.report(frame_, network_.clock()));
    const LocalInstant dac_time = sink_.instant_of(written);
    if (sink_.locked() && corrector_.ready(clock_.model(), {dac_time, sink_.rate_hz()})) {
        auto stretch =
            corrector_.plan(clock_.model(), {dac_time, sink_.rate_hz()}, 0, frames, playing_);
        if (stretch.reanchor) {
            corrector_.reanchor(stretch, frames);
            ++reanchors_;
        }
        playing_ = true;
        presentation_us_ = (stretch.position / kSampleRateHz - device_.leaves_s(written)) * 1e6;
    }
    frame_ += frames;
}

SimulatedListener::View SimulatedListener::view() const {
    const sync::ClockModel& model = clock_.model();
    const auto us = [](std::chrono::nanoseconds ns) {
        return static_cast<double>(ns.count()) * 1e-3;
    };
    return {.presentation_us = presentation_us_,
            .clock_us = network_.error_us(model, now_s_),
            .hidden_us = network_.hidden_us(),
            .fit_bound_us = us(model.fit_bound),
            .path_bound_us = us(model.path_bound),
            .playing = playing_};
}

}  // namespace earshot::test
