#pragma once

#include "common/base/time.hpp"
#include "common/wire/datagram.hpp"
#include "common/wire/datagram_seal.hpp"
#include "common/wire/replay_window.hpp"
#include "server/transport/counters.hpp"
#include "server/transport/token_bucket.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace earshot::transport {

/// What a listener's datagrams must know; told by its connection and by nothing else.
struct RouteSecrets {
    using Key = std::array<std::byte, wire::kDatagramKeyBytes>;
    std::uint32_t route = 0;
    std::uint64_t cookie = 0;
    bool sealed = false;
    Key key_up{};
    Key key_down{};
};

/// The way of one connection's datagrams: whose they are, whether they are genuine and new, where
/// answers go, and whether media goes that way.
/// Thread: the owning shard. Pure: the time is given to it. Allocates in the constructor only.
class MediaRoute {
public:
    /// Media goes back to the connection if nothing genuine comes for so long.
    static constexpr std::chrono::seconds kSilence{3};
    /// From this loss on, each packet is sent again with the next.
    static constexpr std::uint32_t kRepeatAbovePermille = 10;

    /// @param peer   Of the connection: no datagram from elsewhere is taken.
    /// @param local  The connection's own address: datagrams go out from it.
    MediaRoute(const RouteSecrets& secrets,
               const boost::asio::ip::address& peer,
               const boost::asio::ip::address& local);

    /// What take() found.
    struct Taken {
        std::optional<DatagramDrop> dropped;  ///< Nothing: it is genuine.
        wire::DatagramType type{};
        std::span<const std::byte> body;  ///< Opened; borrows the datagram.
    };
    /// Checks a datagram of this route, and opens it in place. The address of one that is genuine
    /// and newer than all others is where answers go from now on.
    [[nodiscard]] Taken take(const wire::DatagramHead& head,
                             std::span<std::byte> datagram,
                             const boost::asio::ip::udp::endpoint& from,
                             MediaInstant now) noexcept;

    /// The head of the next datagram to the listener.
    [[nodiscard]] wire::DatagramHead next_head(wire::DatagramType type) noexcept {
        return {.type = type, .route = secrets_.route, .counter = ++sent_, .cookie = 0};
    }
    /// Null: plain.
    [[nodiscard]] wire::DatagramSealer* sealer() noexcept { return sealer_ ? &*sealer_ : nullptr; }
    /// @pre heard_lately() was true once
    [[nodiscard]] const boost::asio::ip::udp::endpoint& listener() const noexcept {
        return *listener_;
    }
    [[nodiscard]] const boost::asio::ip::address& local() const noexcept { return local_; }
    [[nodiscard]] const RouteSecrets& secrets() const noexcept { return secrets_; }

    /// Something genuine came within kSilence, so that its address is known.
    [[nodiscard]] bool heard_lately(MediaInstant now) const noexcept {
        return listener_ && now - heard_ <= kSilence;
    }
    /// Media goes this way.
    [[nodiscard]] bool in_use() const noexcept { return in_use_; }
    void use(bool wanted) noexcept { in_use_ = wanted; }
    void set_loss(std::uint32_t permille) noexcept { lost_permille_ = permille; }
    [[nodiscard]] bool repeats() const noexcept { return lost_permille_ > kRepeatAbovePermille; }
    /// Whether one more packet may be sent because it was asked for.
    [[nodiscard]] bool may_repair(MediaInstant now) noexcept {
        return repairs_.take(now.time_since_epoch());
    }

private:
    static constexpr int kDatagramsPerSecond = 250;
    static constexpr int kDatagramBurst = 500;
    static constexpr int kRepairsPerSecond = 100;
    static constexpr int kRepairBurst = 100;

    const RouteSecrets secrets_;
    const boost::asio::ip::address peer_;
    const boost::asio::ip::address local_;
    std::optional<wire::DatagramOpener> opener_;
    std::optional<wire::DatagramSealer> sealer_;
    wire::ReplayWindow window_;
    TokenBucket rate_{kDatagramsPerSecond, kDatagramBurst};
    TokenBucket repairs_{kRepairsPerSecond, kRepairBurst};
    std::uint64_t sent_ = 0;
    std::optional<boost::asio::ip::udp::endpoint> listener_;
    MediaInstant heard_{};
    bool in_use_ = false;
    std::uint32_t lost_permille_ = 0;
};

}  // namespace earshot::transport
