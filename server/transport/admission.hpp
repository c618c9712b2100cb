#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace earshot::transport {

/// How many connections there may be.
struct AdmissionLimits {
    std::size_t total = 4000;
    std::size_t per_address = 1000;  ///< An IPv6 /64 counts as one address.
};

/// Counts connections in all and by address.
/// Thread: any; must outlive its tickets.
class Admission {
public:
    enum class Refusal { none, total, address };

    /// A counted connection; gives its place back when it goes.
    class Ticket {
    public:
        Ticket() = default;
        Ticket(Admission* owner, boost::asio::ip::address address) noexcept
            : owner_(owner), address_(std::move(address)) {}
        Ticket(Ticket&& other) noexcept
            : owner_(std::exchange(other.owner_, nullptr)), address_(std::move(other.address_)) {}
        Ticket& operator=(Ticket&& other) noexcept {
            std::swap(owner_, other.owner_);
            std::swap(address_, other.address_);
            return *this;
        }
        ~Ticket() {
            if (owner_ != nullptr) owner_->leave(address_);
        }
        [[nodiscard]] explicit operator bool() const noexcept { return owner_ != nullptr; }

    private:
        Admission* owner_ = nullptr;
        boost::asio::ip::address address_;
    };

    explicit Admission(const AdmissionLimits& limits) noexcept : limits_(limits) {}

    /// @param why  Set when the ticket is empty.
    [[nodiscard]] Ticket enter(const boost::asio::ip::address& peer, Refusal& why);

    [[nodiscard]] std::size_t total() const;

private:
    void leave(const boost::asio::ip::address& counted) noexcept;

    AdmissionLimits limits_;
    mutable std::mutex
        mutex_;  ///< Guards what follows (shards leave, the acceptor enters); innermost.
    std::size_t total_ = 0;
    std::map<boost::asio::ip::address, std::size_t> by_address_;
};

/// True for this machine and for addresses that only a local network has: private (RFC 1918, RFC
/// 4193) and link-local (RFC 3927, RFC 4291).
[[nodiscard]] bool is_local(const boost::asio::ip::address& peer);

/// What a peer is counted as: IPv4 as it is (also when mapped into IPv6), IPv6 by its /64.
[[nodiscard]] boost::asio::ip::address counted_address(const boost::asio::ip::address& peer);

}  // namespace earshot::transport
