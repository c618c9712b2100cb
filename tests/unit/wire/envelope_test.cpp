#include "common/wire/envelope.hpp"

#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/sync.pb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace earshot::wire {
namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

TEST(Envelope, SplitsTheKindFromTheBody) {
    const auto bytes = bytes_of({0x10, 1, 2, 3});
    const auto envelope = parse_envelope(bytes);
    ASSERT_TRUE(envelope.has_value());
    EXPECT_EQ(envelope->kind, Kind::hello);
    EXPECT_EQ(envelope->body.data(), bytes.data() + 1);
    EXPECT_EQ(envelope->body.size(), 3U);
}

TEST(Envelope, MayHaveAnEmptyBody) {
    const auto bytes = bytes_of({0x31});
    const auto envelope = parse_envelope(bytes);
    ASSERT_TRUE(envelope.has_value());
    EXPECT_TRUE(envelope->body.empty());
}

TEST(Envelope, RefusesNothing) {
    EXPECT_EQ(parse_envelope({}).error(), Errc::truncated);
}

TEST(Envelope, KnowsExactlyTheKindsOfTheProtocol) {
    const std::set<int> known{0x01, 0x02, 0x03, 0x10, 0x11, 0x12, 0x13, 0x20, 0x21,
                              0x22, 0x23, 0x24, 0x25, 0x26, 0x30, 0x31, 0x40, 0x41};
    for (int kind = 0; kind < 256; ++kind) {
        const auto bytes = bytes_of({kind, 0});
        const auto envelope = parse_envelope(bytes);
        if (known.contains(kind)) {
            ASSERT_TRUE(envelope.has_value()) << kind;
            EXPECT_EQ(static_cast<int>(envelope->kind), kind);
        } else {
            ASSERT_TRUE(envelope.has_error()) << kind;
            EXPECT_EQ(envelope.error(), Errc::bad_kind) << kind;
        }
    }
}

TEST(Envelope, RoundTripsAMessage) {
    v1::SyncRequest sent;
    sent.set_t1_local_ns(0x0123456789ABCDEF);
    sent.set_sequence(9);
    const auto bytes = make_envelope(Kind::sync_request, sent);
    const auto envelope = parse_envelope(bytes);
    ASSERT_TRUE(envelope.has_value());
    EXPECT_EQ(envelope->kind, Kind::sync_request);
    v1::SyncRequest received;
    ASSERT_TRUE(parse_body(envelope->body, received).has_value());
    EXPECT_EQ(received.t1_local_ns(), 0x0123456789ABCDEFU);
    EXPECT_EQ(received.sequence(), 9U);
}

TEST(Envelope, ForgetsWhatTheMessageHeldBefore) {
    v1::SyncRequest message;
    message.set_sequence(9);
    ASSERT_TRUE(parse_body({}, message).has_value());
    EXPECT_EQ(message.sequence(), 0U);
}

TEST(Envelope, RefusesEveryTruncationOfFixedFields) {
    v1::SyncRequest message;
    message.set_t1_local_ns(1);
    message.set_sequence(2);
    const auto whole = make_envelope(Kind::sync_request, message);
    const std::span<const std::byte> body = std::span{whole}.subspan(1);
    ASSERT_EQ(body.size(), 14U);
    for (std::size_t size = 1; size < body.size(); ++size) {
        if (size == 9) {
            continue;  // The first field whole, the second not begun: a message of its own.
        }
        const std::vector<std::byte> part(body.begin(),
                                          body.begin() + static_cast<std::ptrdiff_t>(size));
        v1::SyncRequest received;
        EXPECT_EQ(parse_body(part, received).error(), Errc::bad_value) << size << " bytes";
        EXPECT_EQ(received.t1_local_ns(), 0U) << "half a message was left, " << size << " bytes";
    }
}

TEST(Envelope, RefusesAnEndGroupTagInsteadOfStoppingThere) {
    v1::Bye message;
    // Field 1 "x", then an end-group tag, then more: not one whole message.
    EXPECT_EQ(parse_body(bytes_of({0x0A, 1, 'x', 0x0C, 0x10, 5}), message).error(),
              Errc::bad_value);
}

TEST(Envelope, RefusesTextThatIsNotUtf8) {
    v1::Bye message;
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(parse_body(bytes_of({0x0A, 2, 0xC3, 0x28}), message).error(), Errc::bad_value);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << "a peer could flood the log";
}

TEST(Envelope, RefusesDeepNesting) {
    // Groups of an unknown field, one inside the other: tag 99, wire types 3 and 4.
    const auto nested = [](int depth) {
        std::vector<std::byte> body;
        for (int i = 0; i < depth; ++i) {
            body.insert(body.end(), {std::byte{0x9B}, std::byte{0x06}});
        }
        for (int i = 0; i < depth; ++i) {
            body.insert(body.end(), {std::byte{0x9C}, std::byte{0x06}});
        }
        return body;
    };
    v1::Bye message;
    EXPECT_TRUE(parse_body(nested(10), message).has_value());
    EXPECT_EQ(parse_body(nested(17), message).error(), Errc::bad_value);
    EXPECT_EQ(parse_body(nested(50'000), message).error(), Errc::bad_value);
}

TEST(Envelope, RefusesABodyAboveTheLimit) {
    v1::Bye message;
    const std::vector<std::byte> body(kMaxFromServerBytes);
    EXPECT_EQ(parse_body(body, message).error(), Errc::payload_too_large);
}

}  // namespace
}  // namespace earshot::wire
