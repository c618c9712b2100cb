// parse_body() of every protobuf message: the first byte chooses the message, the rest is the body.
// What is accepted must survive being written and read again.

#include "common/base/assert.hpp"
#include "common/wire/envelope.hpp"
#include "earshot/v1/control.pb.h"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/media.pb.h"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/show.pb.h"
#include "earshot/v1/stream.pb.h"
#include "earshot/v1/sync.pb.h"
#include "earshot/v1/telemetry.pb.h"

#include <cstdint>
#include <string>

namespace {

using namespace earshot;

template <class Message>
void check(wire::Kind kind, std::span<const std::byte> body) {
    Message message;
    if (!wire::parse_body(body, message)) {
        EARSHOT_ASSERT(message.ByteSizeLong() == 0);
        return;
    }
    const auto envelope = wire::make_envelope(kind, message);
    const auto parsed = wire::parse_envelope(envelope);
    EARSHOT_ASSERT(parsed.has_value() && parsed->kind == kind);
    Message again;
    EARSHOT_ASSERT(wire::parse_body(parsed->body, again).has_value());
    EARSHOT_ASSERT(again.SerializeAsString() == message.SerializeAsString());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > wire::kMaxFromServerBytes / 4) {
        return 0;
    }
    const auto body = std::as_bytes(std::span{data, size}).subspan(1);
    using wire::Kind;
    switch (data[0] % 17) {
        case 0:
            check<v1::SyncRequest>(Kind::sync_request, body);
            break;
        case 1:
            check<v1::SyncReply>(Kind::sync_reply, body);
            break;
        case 2:
            check<v1::Hello>(Kind::hello, body);
            break;
        case 3:
            check<v1::Welcome>(Kind::welcome, body);
            break;
        case 4:
            check<v1::Refusal>(Kind::refusal, body);
            break;
        case 5:
            check<v1::Bye>(Kind::bye, body);
            break;
        case 6:
            check<v1::Subscribe>(Kind::subscribe, body);
            break;
        case 7:
            check<v1::Streams>(Kind::streams, body);
            break;
        case 8:
            check<v1::Timeline>(Kind::timeline, body);
            break;
        case 9:
            check<v1::StateChange>(Kind::state_change, body);
            break;
        case 10:
            check<v1::ShowSummary>(Kind::show_summary, body);
            break;
        case 11:
            check<v1::SessionState>(Kind::session_state, body);
            break;
        case 12:
            check<v1::LocalControl>(Kind::local_control, body);
            break;
        case 13:
            check<v1::Telemetry>(Kind::telemetry, body);
            break;
        case 15:
            check<v1::MediaOffer>(Kind::media_offer, body);
            break;
        case 16:
            check<v1::MediaPath>(Kind::media_path, body);
            break;
        default:
            check<v1::Exit>(Kind::exit, body);
            break;
    }
    return 0;
}
