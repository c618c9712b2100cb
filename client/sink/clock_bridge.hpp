#pragma once

#include "common/audio/ports.hpp"
#include "common/base/clock.hpp"

#include <chrono>

namespace earshot::sink {

/// Stands between a second device and its player: says when its frames play by the machine's clock,
/// which all of a client goes by. A real device goes by it anyway; a simulated one has its own.
/// Thread: the sink's. Real-time: yes.
class ClockBridge final : public audio::PlaybackCallback {
public:
    /// @param player, device, machine  Outlive this.
    ClockBridge(audio::PlaybackCallback& player,
                const LocalClockSource& device,
                const LocalClockSource& machine) noexcept
        : player_(player), device_(device), machine_(machine) {}

    void render(audio::BlockView out, const audio::DacTime& dac_time) noexcept override {
        const LocalInstant first = machines(dac_time.first);
        const auto second = machines(dac_time.first + std::chrono::seconds{1}) - first;
        player_.render(out, {first, dac_time.rate_hz * 1e9 / static_cast<double>(second.count())});
    }

private:
    [[nodiscard]] LocalInstant machines(LocalInstant devices) const noexcept {
        return machine_.at_raw_ns(device_.raw_ns(devices));
    }

    audio::PlaybackCallback& player_;
    const LocalClockSource& device_;
    const LocalClockSource& machine_;
};

}  // namespace earshot::sink
