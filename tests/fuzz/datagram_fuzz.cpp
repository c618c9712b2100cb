// Any bytes as a datagram, each way, plain and sealed: heads and bodies that are accepted must
// write back to the same bytes, and nothing is ever opened that was not sealed.

#include "common/base/assert.hpp"
#include "common/wire/bundle.hpp"
#include "common/wire/datagram.hpp"
#include "common/wire/datagram_bodies.hpp"
#include "common/wire/datagram_seal.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace {

using namespace earshot;
using namespace earshot::wire;

/// Writes as the front of what it was read from.
template <class Body>
void expect_front(const Body& written, std::span<const std::byte> body, std::size_t bytes) {
    EARSHOT_ASSERT(bytes <= body.size() && bytes <= written.size());
    EARSHOT_ASSERT(std::equal(written.begin(), written.begin() + static_cast<std::ptrdiff_t>(bytes),
                              body.begin()));
}

void read_body(DatagramType type, std::span<const std::byte> body) {
    switch (type) {
        case DatagramType::probe:
        case DatagramType::probe_ack:
            if (const auto nonce = parse_probe(body)) expect_front(probe_body(*nonce), body, 8);
            return;
        case DatagramType::sync_request:
            if (const auto request = parse_sync_request(body)) {
                expect_front(sync_request_body(request->t1, request->sequence), body, 12);
            }
            return;
        case DatagramType::sync_reply:
            if (const auto reply = parse_sync_reply(body)) {
                expect_front(sync_reply_body(*reply), body, kSyncReplyBodyBytes);
            }
            return;
        case DatagramType::nack:
            if (const auto names = parse_nack(body)) {
                EARSHOT_ASSERT(names->size() >= 1 && names->size() <= kMaxNackNames);
                const auto written = nack_body({names->begin(), names->size()});
                EARSHOT_ASSERT(written.size() == body.size());
                expect_front(written, body, body.size());
            }
            return;
        case DatagramType::audio:
        case DatagramType::audio_again:
            (void)parse_bundle(body);
            return;
    }
    EARSHOT_ASSERT(false);
}

void read(std::span<const std::byte> bytes, DatagramWay way) {
    const auto head = parse_datagram_head(bytes, way);
    if (!head) return;
    EARSHOT_ASSERT(head->counter != 0 && bytes.size() <= kMaxDatagramBytes);
    std::vector<std::byte> written(bytes.begin(), bytes.end());
    write_datagram_head(*head, way, written);
    std::vector<std::byte> expected(bytes.begin(), bytes.end());
    expected[1] = expected[2] = expected[3] = std::byte{0};
    EARSHOT_ASSERT(written == expected);
    read_body(head->type, bytes.subspan(clear_bytes(way)));

    static const std::array<std::byte, kDatagramKeyBytes> kKey{std::byte{0x5A}};
    static DatagramOpener opener(kKey);
    EARSHOT_ASSERT(!opener.open(written, way));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span{data, size});
    read(bytes, DatagramWay::up);
    read(bytes, DatagramWay::down);
    return 0;
}
