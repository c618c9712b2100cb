#pragma once

#include "common/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace google::protobuf {
class MessageLite;
}

namespace earshot::wire {

/// WebSocket subprotocol, and the versions spoken (DESIGN 6).
inline constexpr std::string_view kSubprotocol = "earshot.v1";
inline constexpr std::uint32_t kVersionMajor = 1;
inline constexpr std::uint32_t kVersionMinor = 2;

/// First byte of every envelope (one binary WebSocket message). Numbers are part of the protocol.
enum class Kind : std::uint8_t {
    bundle = 0x01,         ///< server -> listener: audio, parsed by hand (bundle.hpp)
    sync_request = 0x02,   ///< listener -> server: earshot.v1.SyncRequest
    sync_reply = 0x03,     ///< server -> listener: earshot.v1.SyncReply
    hello = 0x10,          ///< listener -> server, first: earshot.v1.Hello
    welcome = 0x11,        ///< earshot.v1.Welcome
    refusal = 0x12,        ///< earshot.v1.Refusal; the server closes after it
    bye = 0x13,            ///< either way: earshot.v1.Bye
    subscribe = 0x20,      ///< listener -> server: earshot.v1.Subscribe
    streams = 0x21,        ///< server -> listener: earshot.v1.Streams
    timeline = 0x22,       ///< server -> listener: earshot.v1.Timeline
    state_change = 0x23,   ///< server -> listener: earshot.v1.StateChange
    show_summary = 0x24,   ///< server -> listener: earshot.v1.ShowSummary
    session_state = 0x25,  ///< server -> listener: earshot.v1.SessionState
    local_control =
        0x26,  ///< server -> listener: earshot.v1.LocalControl (panic, all-clear, level cap)
    telemetry = 0x30,    ///< listener -> server: earshot.v1.Telemetry
    exit = 0x31,         ///< listener -> server: earshot.v1.Exit
    media_offer = 0x40,  ///< server -> listener: earshot.v1.MediaOffer
    media_path = 0x41,   ///< listener -> server: earshot.v1.MediaPath
};

/// Largest envelope a server accepts from a listener, and a listener from a server.
inline constexpr std::size_t kMaxFromListenerBytes = 8 * 1024;
inline constexpr std::size_t kMaxFromServerBytes = 256 * 1024;

/// One parsed envelope; borrows the bytes it was parsed from.
struct EnvelopeView {
    Kind kind{};
    std::span<const std::byte> body;
};

/// Splits the kind byte from the body. A kind that is not known here is Errc::bad_kind
/// (newer minors may send such: ignore it, do not hang up). Empty: Errc::truncated.
/// Thread: any. Real-time: yes.
[[nodiscard]] Result<EnvelopeView> parse_envelope(std::span<const std::byte> bytes) noexcept;

/// Makes the envelope of one protobuf message.
[[nodiscard]] std::vector<std::byte> make_envelope(Kind kind,
                                                   const google::protobuf::MessageLite& message);

/// Reads a protobuf body. Unknown fields are kept out of the way.
/// Fails with Errc::bad_value.
[[nodiscard]] Result<void> parse_body(std::span<const std::byte> body,
                                      google::protobuf::MessageLite& message);

}  // namespace earshot::wire
