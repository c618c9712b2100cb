// What a server does with the bytes a listener sends, and a listener with a server's: split the
// envelope, then read its body as what the kind says.

#include "common/base/assert.hpp"
#include "common/wire/bundle.hpp"
#include "common/wire/envelope.hpp"
#include "common/wire/version.hpp"
#include "earshot/v1/control.pb.h"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/media.pb.h"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/show.pb.h"
#include "earshot/v1/stream.pb.h"
#include "earshot/v1/sync.pb.h"
#include "earshot/v1/telemetry.pb.h"

#include <cstdint>

namespace {

using namespace earshot;

template <class Message>
void read(std::span<const std::byte> body) {
    Message message;
    (void)wire::parse_body(body, message);
}

void read_hello(std::span<const std::byte> body) {
    v1::Hello hello;
    if (!wire::parse_body(body, hello)) {
        return;
    }
    const auto agreed = wire::agree_version(
        wire::kOwnVersion, {hello.version().major(), hello.version().minor()}, "listener");
    EARSHOT_ASSERT(agreed.has_value() == (hello.version().major() == wire::kVersionMajor));
    EARSHOT_ASSERT(agreed.has_value() || !agreed.failure().text.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span{data, size});
    const auto envelope = wire::parse_envelope(bytes);
    if (!envelope) {
        return 0;
    }
    EARSHOT_ASSERT(envelope->body.size() + 1 == size);
    const auto body = envelope->body;
    using wire::Kind;
    switch (envelope->kind) {
        case Kind::bundle:
            (void)wire::parse_bundle(body);
            break;
        case Kind::sync_request:
            read<v1::SyncRequest>(body);
            break;
        case Kind::sync_reply:
            read<v1::SyncReply>(body);
            break;
        case Kind::hello:
            read_hello(body);
            break;
        case Kind::welcome:
            read<v1::Welcome>(body);
            break;
        case Kind::refusal:
            read<v1::Refusal>(body);
            break;
        case Kind::bye:
            read<v1::Bye>(body);
            break;
        case Kind::subscribe:
            read<v1::Subscribe>(body);
            break;
        case Kind::streams:
            read<v1::Streams>(body);
            break;
        case Kind::timeline:
            read<v1::Timeline>(body);
            break;
        case Kind::state_change:
            read<v1::StateChange>(body);
            break;
        case Kind::show_summary:
            read<v1::ShowSummary>(body);
            break;
        case Kind::session_state:
            read<v1::SessionState>(body);
            break;
        case Kind::local_control:
            read<v1::LocalControl>(body);
            break;
        case Kind::telemetry:
            read<v1::Telemetry>(body);
            break;
        case Kind::exit:
            read<v1::Exit>(body);
            break;
        case Kind::media_offer:
            read<v1::MediaOffer>(body);
            break;
        case Kind::media_path:
            read<v1::MediaPath>(body);
            break;
    }
    return 0;
}
