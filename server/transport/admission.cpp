#include "server/transport/admission.hpp"

namespace earshot::transport {

boost::asio::ip::address counted_address(const boost::asio::ip::address& peer) {
    namespace ip = boost::asio::ip;
    if (peer.is_v4()) return peer;
    const ip::address_v6 v6 = peer.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
    if (v6.is_loopback()) return peer;
    auto bytes = v6.to_bytes();
    for (std::size_t i = 8; i < bytes.size(); ++i) bytes[i] = 0;
    return ip::address_v6(bytes);
}

Admission::Ticket Admission::enter(const boost::asio::ip::address& peer, Refusal& why) {
    const auto counted = counted_address(peer);
    const std::lock_guard lock(mutex_);
    if (total_ >= limits_.total) {
        why = Refusal::total;
        return {};
    }
    std::size_t& count = by_address_[counted];
    if (count >= limits_.per_address) {
        why = Refusal::address;
        if (count == 0) by_address_.erase(counted);
        return {};
    }
    ++count;
    ++total_;
    why = Refusal::none;
    return {this, counted};
}

std::size_t Admission::total() const {
    const std::lock_guard lock(mutex_);
    return total_;
}

void Admission::leave(const boost::asio::ip::address& counted) noexcept {
    const std::lock_guard lock(mutex_);
    --total_;
    const auto found = by_address_.find(counted);
    if (--found->second == 0) by_address_.erase(found);
}

}  // namespace earshot::transport
