#pragma once

#include "client/core/loss_repair.hpp"
#include "client/core/session_ports.hpp"
#include "client/core/transport_choice.hpp"
#include "client/core/udp_path.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace earshot::v1 {
class MediaOffer;
}

namespace earshot::client {

/// By which way a listener's media and clock come: the session's side of the datagrams. Puts path
/// and repair together, and tells the server.
/// Thread: one owner (network). Time is what the caller says it is.
class MediaPath {
public:
    /// How often the server is told, beside changes, while UDP is used.
    static constexpr std::chrono::seconds kReportPeriod{2};

    explicit MediaPath(TransportChoice choice) noexcept : choice_(choice) {}

    /// A connection stands. @param datagrams  May be null. Both live until on_closed().
    void on_open(SessionLink& link, DatagramLink* datagrams) noexcept;
    void on_closed() noexcept;
    /// Datagrams can be had here, and are wanted.
    [[nodiscard]] bool wanted() const noexcept {
        return datagrams_ != nullptr && choice_ != TransportChoice::ws;
    }
    /// The server offers a way. Impossible ones are not taken.
    /// @return false if the offer makes no sense.
    bool on_offer(const v1::MediaOffer& offer, std::chrono::milliseconds lead, LocalInstant now);
    /// All packets belong to another clock now.
    void forget() { repair_.clear(); }

    /// A datagram came that only the server can have sent.
    void heard(LocalInstant now);
    /// It acknowledges a probe.
    void acknowledged(std::uint64_t nonce, LocalInstant now);
    /// A packet came, by whichever way.
    void packet(const wire::PacketStamp& stamp, LossRepair::Way way, LocalInstant now) {
        repair_.received(stamp, way, now);
    }
    void set_clock(const sync::ClockModel& model) noexcept { repair_.set_clock(model); }
    /// Of an exchange that went by datagrams.
    void add_round_trip(std::chrono::nanoseconds measured) noexcept {
        repair_.add_round_trip(measured);
    }
    /// Probes, asks for what is missing, tells the server.
    void tick(LocalInstant now);
    [[nodiscard]] LocalInstant next_due() const noexcept;
    /// @pre in_use()
    void send_sync(std::uint32_t sequence) { datagrams_->send_sync(sequence); }

    /// A way was taken; datagrams may come.
    [[nodiscard]] bool offered() const noexcept { return path_.offered(); }
    /// Media and clock go by UDP.
    [[nodiscard]] bool in_use() const noexcept { return path_.in_use(); }
    /// Media may come by the connection.
    [[nodiscard]] bool takes_from_connection() const noexcept {
        return choice_ != TransportChoice::udp;
    }
    /// "udp" or "ws"; "none" where nothing but UDP is wanted and it does not pass.
    [[nodiscard]] std::string_view transport() const noexcept;
    /// Packets that were missing and came again in time.
    [[nodiscard]] std::uint64_t repaired() const noexcept { return repair_.repaired(); }
    /// Times UDP was given up.
    [[nodiscard]] std::uint64_t fallbacks() const noexcept { return path_.fallbacks(); }

private:
    void report(LocalInstant now);
    void ask(LocalInstant now);

    TransportChoice choice_;
    SessionLink* link_ = nullptr;
    DatagramLink* datagrams_ = nullptr;
    UdpPath path_;
    LossRepair repair_;
    bool told_in_use_ = false;
    LocalInstant report_due_{};
};

}  // namespace earshot::client
