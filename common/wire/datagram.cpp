#include "common/wire/datagram.hpp"

#include "common/base/assert.hpp"
#include "common/wire/little_endian.hpp"

#include <algorithm>

namespace earshot::wire {
namespace {

[[nodiscard]] bool is_type(std::uint8_t type, DatagramWay way) noexcept {
    switch (DatagramType{type}) {
        case DatagramType::probe:
        case DatagramType::sync_request:
        case DatagramType::nack:
            return way == DatagramWay::up;
        case DatagramType::probe_ack:
        case DatagramType::sync_reply:
        case DatagramType::audio:
        case DatagramType::audio_again:
            return way == DatagramWay::down;
    }
    return false;
}

}  // namespace

Result<DatagramHead> parse_datagram_head(std::span<const std::byte> datagram,
                                         DatagramWay way) noexcept {
    if (datagram.size() < clear_bytes(way)) {
        return Errc::truncated;
    }
    if (datagram.size() > kMaxDatagramBytes) {
        return Errc::payload_too_large;
    }
    const auto type = load_le<std::uint8_t>(datagram, 0);
    if (!is_type(type, way)) {
        return Errc::bad_kind;
    }
    DatagramHead head;
    head.type = DatagramType{type};
    head.route = load_le<std::uint32_t>(datagram, 4);
    head.counter = load_le<std::uint64_t>(datagram, 8);
    if (head.counter == 0) {
        return Errc::bad_value;
    }
    if (way == DatagramWay::up) {
        head.cookie = load_le<std::uint64_t>(datagram, kDatagramHeaderBytes);
    }
    return head;
}

void write_datagram_head(const DatagramHead& head,
                         DatagramWay way,
                         std::span<std::byte> datagram) noexcept {
    EARSHOT_ASSERT(datagram.size() >= clear_bytes(way));
    std::fill_n(datagram.begin(), 4, std::byte{0});
    datagram[0] = static_cast<std::byte>(head.type);
    store_le(datagram, 4, head.route);
    store_le(datagram, 8, head.counter);
    if (way == DatagramWay::up) {
        store_le(datagram, kDatagramHeaderBytes, head.cookie);
    }
}

}  // namespace earshot::wire
