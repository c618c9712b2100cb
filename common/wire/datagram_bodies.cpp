#include "common/wire/datagram_bodies.hpp"

#include "common/base/assert.hpp"
#include "common/wire/little_endian.hpp"

namespace earshot::wire {
namespace {

constexpr std::size_t kNonceBytes = 8;
constexpr std::size_t kNameBytes = 9;

template <std::size_t Size>
std::array<std::byte, Size> with_nonce(std::uint64_t nonce) noexcept {
    std::array<std::byte, Size> body{};
    store_le(std::span<std::byte>{body}, 0, nonce);
    return body;
}

}  // namespace

std::array<std::byte, kProbeBodyBytes> probe_body(std::uint64_t nonce) noexcept {
    return with_nonce<kProbeBodyBytes>(nonce);
}

std::array<std::byte, kProbeAckBodyBytes> probe_ack_body(std::uint64_t nonce) noexcept {
    return with_nonce<kProbeAckBodyBytes>(nonce);
}

Result<std::uint64_t> parse_probe(std::span<const std::byte> body) noexcept {
    if (body.size() < kNonceBytes) {
        return Errc::truncated;
    }
    return load_le<std::uint64_t>(body, 0);
}

std::array<std::byte, kSyncRequestBodyBytes> sync_request_body(std::uint64_t t1,
                                                               std::uint32_t sequence) noexcept {
    std::array<std::byte, kSyncRequestBodyBytes> body{};
    store_le(std::span<std::byte>{body}, 0, t1);
    store_le(std::span<std::byte>{body}, 8, sequence);
    return body;
}

Result<SyncRequestBody> parse_sync_request(std::span<const std::byte> body) noexcept {
    if (body.size() < kSyncRequestBodyBytes) {
        return Errc::truncated;
    }
    return SyncRequestBody{load_le<std::uint64_t>(body, 0), load_le<std::uint32_t>(body, 8)};
}

std::array<std::byte, kSyncReplyBodyBytes> sync_reply_body(const SyncReplyBody& reply) noexcept {
    std::array<std::byte, kSyncReplyBodyBytes> body{};
    store_le(std::span<std::byte>{body}, 0, reply.t1);
    store_le(std::span<std::byte>{body}, 8, static_cast<std::uint64_t>(reply.t2));
    store_le(std::span<std::byte>{body}, 16, static_cast<std::uint64_t>(reply.t3));
    store_le(std::span<std::byte>{body}, 24, reply.sequence);
    return body;
}

Result<SyncReplyBody> parse_sync_reply(std::span<const std::byte> body) noexcept {
    if (body.size() < kSyncReplyBodyBytes) {
        return Errc::truncated;
    }
    return SyncReplyBody{load_le<std::uint64_t>(body, 0),
                         static_cast<std::int64_t>(load_le<std::uint64_t>(body, 8)),
                         static_cast<std::int64_t>(load_le<std::uint64_t>(body, 16)),
                         load_le<std::uint32_t>(body, 24)};
}

std::vector<std::byte> nack_body(std::span<const PacketName> names) {
    EARSHOT_ASSERT(!names.empty() && names.size() <= kMaxNackNames);
    std::vector<std::byte> body(1 + names.size() * kNameBytes);
    body.front() = static_cast<std::byte>(names.size());
    std::size_t at = 1;
    for (const PacketName& name : names) {
        store_le(std::span<std::byte>{body}, at, name.stream.value);
        store_le(std::span<std::byte>{body}, at + 1, name.epoch.value);
        store_le(std::span<std::byte>{body}, at + 5, name.sequence);
        at += kNameBytes;
    }
    return body;
}

Result<PacketNames> parse_nack(std::span<const std::byte> body) noexcept {
    if (body.empty()) {
        return Errc::truncated;
    }
    const auto count = std::to_integer<std::size_t>(body.front());
    if (count < 1 || count > kMaxNackNames) {
        return Errc::bad_value;
    }
    if (body.size() < 1 + count * kNameBytes) {
        return Errc::truncated;
    }
    if (body.size() > 1 + count * kNameBytes) {
        return Errc::bad_value;
    }
    PacketNames names;
    for (std::size_t at = 1; at < body.size(); at += kNameBytes) {
        names.add({StreamId{load_le<std::uint8_t>(body, at)},
                   Epoch{load_le<std::uint32_t>(body, at + 1)},
                   load_le<std::uint32_t>(body, at + 5)});
    }
    return names;
}

}  // namespace earshot::wire
