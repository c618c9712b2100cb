#include "common/wire/bundle.hpp"

#include "common/base/assert.hpp"
#include "common/wire/little_endian.hpp"

#include <algorithm>
#include <array>
#include <concepts>

namespace earshot::wire {
namespace {

template <std::unsigned_integral T>
void store(std::vector<std::byte>& out, T value) {
    std::array<std::byte, sizeof(T)> bytes{};
    store_le(std::span<std::byte>{bytes}, 0, value);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

[[nodiscard]] Frames load_frames(std::span<const std::byte> bytes, std::size_t at) noexcept {
    // Two's complement by definition since C++20.
    return Frames{static_cast<std::int64_t>(load_le<std::uint64_t>(bytes, at))};
}

[[nodiscard]] bool is_far(Frames stamp) noexcept {
    return stamp > kFarthestStamp || stamp < -kFarthestStamp;
}

}  // namespace

Result<BundleView> parse_bundle(std::span<const std::byte> bytes) noexcept {
    if (bytes.size() < kBundleHeaderBytes) {
        return Errc::truncated;
    }
    const StreamId stream{std::to_integer<std::uint8_t>(bytes[0])};
    const int count = std::to_integer<int>(bytes[1]);
    if (count < 1 || count > kMaxBundlePackets) {
        return Errc::bad_value;
    }
    BundleView bundle;
    bundle.count = count;
    std::span<const std::byte> rest = bytes.subspan(kBundleHeaderBytes);
    for (PacketView& packet : std::span{bundle.packets}.first(static_cast<std::size_t>(count))) {
        if (rest.size() < kPacketHeaderBytes) {
            return Errc::truncated;
        }
        const std::size_t size = load_le<std::uint16_t>(rest, 26);
        if (size > kMaxPayloadBytes) {
            return Errc::payload_too_large;
        }
        if (rest.size() - kPacketHeaderBytes < size) {
            return Errc::truncated;
        }
        packet.stamp.stream = stream;
        packet.stamp.epoch = Epoch{load_le<std::uint32_t>(rest, 0)};
        packet.stamp.sequence = load_le<std::uint32_t>(rest, 4);
        packet.stamp.media = MediaTime{load_frames(rest, 8)};
        packet.stamp.programme = ProgrammeTime{load_frames(rest, 16)};
        if (is_far(packet.stamp.media.time_since_epoch()) ||
            is_far(packet.stamp.programme.time_since_epoch())) {
            return Errc::bad_value;
        }
        packet.payload = rest.subspan(kPacketHeaderBytes, size);
        rest = rest.subspan(kPacketHeaderBytes + size);
    }
    if (!rest.empty()) {
        return Errc::bad_value;
    }
    return bundle;
}

void append_bundle(std::span<const PacketSlot* const> packets, std::vector<std::byte>& out) {
    EARSHOT_ASSERT(!packets.empty() && packets.size() <= std::size_t{kMaxBundlePackets});
    std::size_t bytes = kBundleHeaderBytes;
    for (const PacketSlot* packet : packets) {
        EARSHOT_ASSERT(packet->stamp.stream == packets.front()->stamp.stream);
        bytes += kPacketHeaderBytes + packet->size;
    }
    out.reserve(out.size() + bytes);
    store(out, packets.front()->stamp.stream.value);
    store(out, static_cast<std::uint8_t>(packets.size()));
    store(out, std::uint16_t{0});
    for (const PacketSlot* packet : packets) {
        append_packet(*packet, out);
    }
}

void append_packet(const PacketSlot& packet, std::vector<std::byte>& out) {
    EARSHOT_ASSERT(packet.size <= kMaxPayloadBytes);
    store(out, packet.stamp.epoch.value);
    store(out, packet.stamp.sequence);
    store(out, static_cast<std::uint64_t>(packet.stamp.media.time_since_epoch().count()));
    store(out, static_cast<std::uint64_t>(packet.stamp.programme.time_since_epoch().count()));
    store(out, std::uint16_t{0});
    store(out, packet.size);
    const std::span<const std::byte> payload = packet.bytes();
    out.insert(out.end(), payload.begin(), payload.end());
}

}  // namespace earshot::wire
