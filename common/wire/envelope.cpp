#include "common/wire/envelope.hpp"

#include "common/base/assert.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>
#include <google/protobuf/stubs/logging.h>

namespace earshot::wire {
namespace {

/// Deepest nesting of messages inside messages; ours nest three deep, newer minors may add some.
constexpr int kMaxNesting = 16;

[[nodiscard]] bool is_known(Kind kind) noexcept {
    switch (kind) {
        case Kind::bundle:
        case Kind::sync_request:
        case Kind::sync_reply:
        case Kind::hello:
        case Kind::welcome:
        case Kind::refusal:
        case Kind::bye:
        case Kind::subscribe:
        case Kind::streams:
        case Kind::timeline:
        case Kind::state_change:
        case Kind::show_summary:
        case Kind::session_state:
        case Kind::local_control:
        case Kind::telemetry:
        case Kind::exit:
        case Kind::media_offer:
        case Kind::media_path:
            return true;
    }
    return false;
}

}  // namespace

Result<EnvelopeView> parse_envelope(std::span<const std::byte> bytes) noexcept {
    if (bytes.empty()) {
        return Errc::truncated;
    }
    const Kind kind{std::to_integer<std::uint8_t>(bytes.front())};
    if (!is_known(kind)) {
        return Errc::bad_kind;
    }
    return EnvelopeView{kind, bytes.subspan(1)};
}

std::vector<std::byte> make_envelope(Kind kind, const google::protobuf::MessageLite& message) {
    const std::size_t size = message.ByteSizeLong();
    EARSHOT_ASSERT(size < kMaxFromServerBytes);
    std::vector<std::byte> envelope(1 + size);
    envelope.front() = static_cast<std::byte>(kind);
    // After ByteSizeLong() the sizes are cached; this cannot fail or write past `size`.
    message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(envelope.data() + 1));
    return envelope;
}

Result<void> parse_body(std::span<const std::byte> body, google::protobuf::MessageLite& message) {
    // The library writes to standard error about every body that is not UTF-8, at any rate a peer
    // likes. The caller has the error, and limits what it logs.
    [[maybe_unused]] static const auto previous = google::protobuf::SetLogHandler(nullptr);
    if (body.size() >= kMaxFromServerBytes) {
        return Errc::payload_too_large;
    }
    const int size = static_cast<int>(body.size());
    google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(body.data()),
                                                 size);
    input.SetRecursionLimit(kMaxNesting);
    message.Clear();
    if (!message.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
        message.Clear();  // No half-read message is ever acted on.
        return Errc::bad_value;
    }
    return {};
}

}  // namespace earshot::wire
