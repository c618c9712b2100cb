#pragma once

#include "common/base/result.hpp"
#include "common/base/strong_id.hpp"
#include "common/wire/datagram.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::wire {

/// Bodies of the datagrams that are no bundles, plain. What asks is never smaller than its answer,
/// so that nobody can have others flooded. Parsers read nothing outside of body, and let bytes of
/// newer minors follow (but after a nack). Thread: any. Real-time: yes, but for nack_body().

/// A sealed probe and its acknowledgement are as long as the longest datagram: a way that is too
/// narrow for audio does not seem to pass.
inline constexpr std::size_t kProbeBodyBytes =
    kMaxDatagramBytes - clear_bytes(DatagramWay::up) - kDatagramTagBytes;
inline constexpr std::size_t kProbeAckBodyBytes = kProbeBodyBytes + kDatagramCookieBytes;

/// u64 nonce, zeros.
[[nodiscard]] std::array<std::byte, kProbeBodyBytes> probe_body(std::uint64_t nonce) noexcept;
[[nodiscard]] std::array<std::byte, kProbeAckBodyBytes> probe_ack_body(
    std::uint64_t nonce) noexcept;
/// The nonce of a probe or its acknowledgement. Fails with Errc::truncated.
[[nodiscard]] Result<std::uint64_t> parse_probe(std::span<const std::byte> body) noexcept;

/// A clock question.
struct SyncRequestBody {
    std::uint64_t t1 = 0;  ///< Listener's clock, ns.
    std::uint32_t sequence = 0;
    friend bool operator==(const SyncRequestBody&, const SyncRequestBody&) = default;
};
inline constexpr std::size_t kSyncRequestBodyBytes = 20;  ///< Of which the last 8 are zeros.
[[nodiscard]] std::array<std::byte, kSyncRequestBodyBytes> sync_request_body(
    std::uint64_t t1, std::uint32_t sequence) noexcept;
/// Fails with Errc::truncated.
[[nodiscard]] Result<SyncRequestBody> parse_sync_request(std::span<const std::byte> body) noexcept;

/// Its answer.
struct SyncReplyBody {
    std::uint64_t t1 = 0;  ///< As asked.
    std::int64_t t2 = 0;   ///< Media clock at the request's arrival, ns.
    std::int64_t t3 = 0;   ///< Media clock as the reply is sent, ns.
    std::uint32_t sequence = 0;
    friend bool operator==(const SyncReplyBody&, const SyncReplyBody&) = default;
};
inline constexpr std::size_t kSyncReplyBodyBytes = 28;
[[nodiscard]] std::array<std::byte, kSyncReplyBodyBytes> sync_reply_body(
    const SyncReplyBody& reply) noexcept;
/// Fails with Errc::truncated.
[[nodiscard]] Result<SyncReplyBody> parse_sync_reply(std::span<const std::byte> body) noexcept;

/// What one packet is called.
struct PacketName {
    StreamId stream;
    Epoch epoch;
    std::uint32_t sequence = 0;
    friend bool operator==(const PacketName&, const PacketName&) = default;
};
/// Most packets that one nack names.
inline constexpr std::size_t kMaxNackNames = 32;

/// The packets that a nack names.
class PacketNames {
public:
    /// @pre size() < kMaxNackNames
    void add(const PacketName& name) noexcept { names_[size_++] = name; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] const PacketName& operator[](std::size_t i) const noexcept { return names_[i]; }
    [[nodiscard]] const PacketName* begin() const noexcept { return names_.data(); }
    [[nodiscard]] const PacketName* end() const noexcept { return names_.data() + size_; }

private:
    std::array<PacketName, kMaxNackNames> names_{};
    std::size_t size_ = 0;
};

/// u8 count, then for each: u8 stream, u32 epoch, u32 sequence.
/// @pre 1 to kMaxNackNames names
[[nodiscard]] std::vector<std::byte> nack_body(std::span<const PacketName> names);
/// Fails with Errc::truncated or bad_value (count, bytes after the last).
[[nodiscard]] Result<PacketNames> parse_nack(std::span<const std::byte> body) noexcept;

}  // namespace earshot::wire
