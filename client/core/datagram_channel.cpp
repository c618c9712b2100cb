#include "client/core/datagram_channel.hpp"

#include "common/base/assert.hpp"

namespace earshot::client {

using wire::DatagramWay;

DatagramChannel::DatagramChannel(const DatagramOffer& offer)
    : route_(offer.route), cookie_(offer.cookie) {
    EARSHOT_ASSERT(offer.key_up.size() == offer.key_down.size());
    if (!offer.key_up.empty()) {
        sealer_.emplace(offer.key_up);
        opener_.emplace(offer.key_down);
    }
}

std::span<const std::byte> DatagramChannel::pack(wire::DatagramType type,
                                                 std::span<const std::byte> body) noexcept {
    ++counter_;  // never used twice, whatever becomes of this one
    writer_.begin({type, route_, counter_, cookie_}, DatagramWay::up,
                  sealer_ ? &*sealer_ : nullptr);
    if (!writer_.append(body)) {
        return {};
    }
    return writer_.finish();
}

std::optional<DatagramChannel::Datagram> DatagramChannel::unpack(
    std::span<std::byte> bytes) noexcept {
    const auto head = wire::parse_datagram_head(bytes, DatagramWay::down);
    if (!head || head->route != route_ || !window_.would_accept(head->counter)) {
        ++refused_;
        return std::nullopt;
    }
    std::span<std::byte> body = bytes.subspan(wire::clear_bytes(DatagramWay::down));
    if (opener_) {
        const auto opened = opener_->open(bytes, DatagramWay::down);
        if (!opened) {
            ++refused_;
            return std::nullopt;
        }
        body = *opened;
    }
    window_.accept(head->counter);
    ++taken_;
    return Datagram{head->type, body};
}

}  // namespace earshot::client
