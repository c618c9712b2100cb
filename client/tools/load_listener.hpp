#pragma once

#include "client/core/client_session.hpp"
#include "client/core/listener_link.hpp"
#include "client/core/player.hpp"
#include "client/sink/simulated_device.hpp"
#include "client/tools/load_figures.hpp"
#include "common/base/clock.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace earshot::load {

/// What all listeners of a load test share; outlives them.
struct LoadShared {
    boost::asio::io_context& io;
    client::ServerUrl url;
    client::TlsTrust* trust = nullptr;
    const SkewedLocalClock& clock;
    client::TransportChoice transport = client::TransportChoice::ws;
    Figures figures;
    SpreadWatch spread;
    std::string last_problem;  ///< The newest reason a connection ended.
};

/// One listener of a load test: the real protocol on a real connection; sound only if it decodes.
/// Thread: the io_context's.
class LoadListener final : private client::ListenerAudio, private client::ListenerLinkEvents {
public:
    /// @param decodes  Plays into a simulated device, with a thread of its own.
    LoadListener(LoadShared& shared, std::uint32_t number, bool decodes);
    ~LoadListener() override;
    LoadListener(const LoadListener&) = delete;
    LoadListener& operator=(const LoadListener&) = delete;

    void start();
    void stop();
    /// Adds what is only known at the end to the shared figures.
    void report();

    [[nodiscard]] const SequenceCheck& sequence() const noexcept { return sequence_; }
    [[nodiscard]] bool live() const noexcept { return session_.live(); }
    [[nodiscard]] bool ever_live() const noexcept { return ever_live_; }
    [[nodiscard]] bool refused() const noexcept { return refused_; }
    [[nodiscard]] bool on_udp() const noexcept { return session_.media_path().in_use(); }
    [[nodiscard]] std::uint64_t disconnects() const noexcept { return link_.disconnects(); }
    /// Only of one that decodes.
    [[nodiscard]] std::optional<client::PlayerStats> played();

private:
    void packet(const wire::PacketSlot& packet, LocalInstant received) override;
    void clock(const sync::ClockModel& model) override;
    void command(const client::PlayerCommand& command) override;
    [[nodiscard]] client::PlayerStats stats() override;
    void on_live() override;
    void on_lost(std::string_view reason, std::chrono::milliseconds wait) override;
    void on_refused(std::string_view reason) override;

    LoadShared& shared_;
    std::unique_ptr<client::Player> player_;
    std::unique_ptr<sink::SimulatedDevice> device_;
    client::ClientSession session_;
    client::ListenerLink link_;
    SequenceCheck sequence_;
    LocalInstant started_{};
    LocalInstant live_since_{};
    bool ever_live_ = false;
    bool refused_ = false;
};

}  // namespace earshot::load
