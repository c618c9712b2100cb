#pragma once

#include "client/core/player.hpp"
#include "common/audio/ports.hpp"
#include "common/base/time.hpp"
#include "common/sync/clock_model.hpp"
#include "common/wire/datagram.hpp"
#include "common/wire/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::client {

/// What a session asks of its socket. Thread: network.
class SessionLink {
public:
    virtual ~SessionLink() = default;
    /// Queues one envelope.
    virtual void send(std::vector<std::byte> envelope) = 0;
    /// Sends a SyncRequest ahead of everything queued, stamped the moment it is written.
    virtual void send_sync(std::uint32_t sequence) = 0;
    /// Gives the connection up; its on_closed follows.
    virtual void hang_up(std::string_view reason) = 0;
};

/// The way that a server offers for datagrams.
struct DatagramOffer {
    std::uint32_t route = 0;
    std::uint64_t cookie = 0;
    std::vector<std::byte> key_up;    ///< Empty: not sealed.
    std::vector<std::byte> key_down;  ///< As long as key_up.
};

/// What became of datagrams, since the first.
struct DatagramCounters {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t refused = 0;  ///< Not from this server, repeated, or of no kind known here.
};

/// What a session asks of its datagram socket, beside the connection. Thread: network.
class DatagramLink {
public:
    virtual ~DatagramLink() = default;
    /// Opens a socket to where the connection goes. @return false if that cannot be.
    virtual bool open(const DatagramOffer& offer) = 0;
    virtual void close() noexcept = 0;
    /// Sends one datagram, or loses it.
    virtual void send(wire::DatagramType type, std::span<const std::byte> body) = 0;
    /// Sends a sync_request, stamped the moment it is sent.
    virtual void send_sync(std::uint32_t sequence) = 0;
    [[nodiscard]] virtual DatagramCounters counters() const noexcept = 0;
};

/// What a session drives on the audio side. Thread: network.
class ListenerAudio {
public:
    virtual ~ListenerAudio() = default;
    /// @param received  When the bundle that carried it had been read.
    virtual void packet(const wire::PacketSlot& packet, LocalInstant received) = 0;
    virtual void clock(const sync::ClockModel& model) = 0;
    virtual void command(const PlayerCommand& command) = 0;
    [[nodiscard]] virtual PlayerStats stats() = 0;
};

/// A ListenerAudio that plays.
class PlayerAudio final : public ListenerAudio {
public:
    /// @param player  Outlives this.
    explicit PlayerAudio(Player& player) noexcept : player_(player) {}
    /// Whose jumps stand in the stats. @param sink  Outlives the use of this.
    void watch(const audio::AudioSink& sink) noexcept { sink_ = &sink; }
    void packet(const wire::PacketSlot& packet, LocalInstant /*received*/) override {
        player_.push_packet(packet);
    }
    void clock(const sync::ClockModel& model) override { player_.set_clock(model); }
    void command(const PlayerCommand& command) override { player_.post(command); }
    [[nodiscard]] PlayerStats stats() override {
        PlayerStats stats = player_.stats();
        if (sink_ != nullptr) stats.device_jumps = sink_->latency_jumps();
        return stats;
    }

private:
    Player& player_;
    const audio::AudioSink* sink_ = nullptr;
};

}  // namespace earshot::client
