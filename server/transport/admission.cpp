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

bool is_local(const boost::asio::ip::address& peer) {
    const auto plain = counted_address(peer);
    if (plain.is_loopback()) return true;
    if (plain.is_v6()) {
        const auto bytes = plain.to_v6().to_bytes();
        return plain.to_v6().is_link_local() || (bytes[0] & 0xFEU) == 0xFCU;
    }
    const auto bytes = plain.to_v4().to_bytes();
    return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xF0U) == 16) ||
           (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254);
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
