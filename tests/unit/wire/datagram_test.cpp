#include "common/wire/datagram.hpp"

#include "common/wire/bundle.hpp"
#include "common/wire/datagram_bodies.hpp"
#include "common/wire/datagram_writer.hpp"
#include "tests/unit/wire/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::wire {
namespace {

constexpr std::uint32_t kRoute = 0xA1B2C302;
constexpr std::uint64_t kCookie = 0x1122334455667788;

/// What every type carries in the vectors.
struct Example {
    std::string name;
    DatagramType type;
    DatagramWay way;
    std::vector<std::byte> body;
};

template <class Body>
std::vector<std::byte> bytes_of(const Body& body) {
    return {body.begin(), body.end()};
}

std::vector<std::byte> bundle_one_packet() {
    auto envelope = golden("bundle_one_packet");
    envelope.erase(envelope.begin());
    return envelope;
}

std::vector<PacketName> two_names() {
    return {{StreamId{1}, Epoch{3}, 42}, {StreamId{17}, Epoch{3}, 0xFFFFFFFF}};
}

std::vector<Example> examples() {
    const auto up = DatagramWay::up;
    const auto down = DatagramWay::down;
    return {{"probe", DatagramType::probe, up, bytes_of(probe_body(9))},
            {"probe_ack", DatagramType::probe_ack, down, bytes_of(probe_ack_body(9))},
            {"sync_request", DatagramType::sync_request, up,
             bytes_of(sync_request_body(1'234'567'890'123, 7))},
            {"sync_reply", DatagramType::sync_reply, down,
             bytes_of(sync_reply_body({1'234'567'890'123, -5, 20'000, 7}))},
            {"audio", DatagramType::audio, down, bundle_one_packet()},
            {"nack", DatagramType::nack, up, nack_body(two_names())},
            {"audio_again", DatagramType::audio_again, down, bundle_one_packet()}};
}

DatagramHead head_of(const Example& example) {
    return {example.type, kRoute, 5, example.way == DatagramWay::up ? kCookie : 0};
}

TEST(Datagram, WritesTheGoldenBytes) {
    DatagramWriter writer;
    for (const Example& example : examples()) {
        writer.begin(head_of(example), example.way, nullptr);
        ASSERT_TRUE(writer.append(example.body)) << example.name;
        EXPECT_EQ(bytes_of(writer.finish()), golden("datagram_" + example.name)) << example.name;
    }
}

TEST(Datagram, ReadsTheGoldenBytes) {
    for (const Example& example : examples()) {
        const auto bytes = golden("datagram_" + example.name);
        const auto head = parse_datagram_head(bytes, example.way);
        ASSERT_TRUE(head) << example.name;
        EXPECT_EQ(*head, head_of(example)) << example.name;
        EXPECT_EQ(bytes_of(std::span{bytes}.subspan(clear_bytes(example.way))), example.body);
    }
}

TEST(Datagram, IgnoresFlagsAndWhatIsReserved) {
    auto bytes = golden("datagram_nack");
    bytes[1] = bytes[2] = bytes[3] = std::byte{0xFF};
    EXPECT_TRUE(parse_datagram_head(bytes, DatagramWay::up));
}

TEST(Datagram, RefusesEveryTruncationOfTheHead) {
    for (const Example& example : examples()) {
        const auto whole = golden("datagram_" + example.name);
        for (std::size_t size = 0; size < clear_bytes(example.way); ++size) {
            const std::vector<std::byte> part(whole.begin(),
                                              whole.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_EQ(parse_datagram_head(part, example.way).error(), Errc::truncated) << size;
        }
    }
}

TEST(Datagram, RefusesTypesOfTheOtherWayAndUnknownOnes) {
    for (int type = 0; type < 256; ++type) {
        std::vector<std::byte> bytes = golden("datagram_nack");
        bytes[0] = static_cast<std::byte>(type);
        const bool up = type == 1 || type == 3 || type == 6;
        const bool down = type == 2 || type == 4 || type == 5 || type == 7;
        EXPECT_EQ(parse_datagram_head(bytes, DatagramWay::up).has_value(), up) << type;
        EXPECT_EQ(parse_datagram_head(bytes, DatagramWay::down).has_value(), down) << type;
        if (!up) {
            EXPECT_EQ(parse_datagram_head(bytes, DatagramWay::up).error(), Errc::bad_kind) << type;
        }
    }
}

TEST(Datagram, RefusesCounterZeroAndWhatIsTooLong) {
    auto bytes = golden("datagram_nack");
    std::fill_n(bytes.begin() + 8, 8, std::byte{0});
    EXPECT_EQ(parse_datagram_head(bytes, DatagramWay::up).error(), Errc::bad_value);
    bytes = golden("datagram_probe");
    bytes.resize(kMaxDatagramBytes);
    EXPECT_TRUE(parse_datagram_head(bytes, DatagramWay::up));
    bytes.resize(kMaxDatagramBytes + 1);
    EXPECT_EQ(parse_datagram_head(bytes, DatagramWay::up).error(), Errc::payload_too_large);
}

TEST(Datagram, HasTheShardInTheFifthByte) {
    EXPECT_EQ(golden("datagram_nack")[4], std::byte{2});
}

TEST(DatagramBodies, AnswersAreNeverLongerThanWhatAsked) {
    EXPECT_EQ(golden("datagram_probe_ack").size(), golden("datagram_probe").size());
    EXPECT_EQ(golden("datagram_probe_ack_sealed").size(), golden("datagram_probe_sealed").size());
    EXPECT_EQ(golden("datagram_probe_sealed").size(), kMaxDatagramBytes);
    EXPECT_LE(golden("datagram_sync_reply").size(), golden("datagram_sync_request").size());
}

TEST(DatagramBodies, ReadWhatTheyWrite) {
    EXPECT_EQ(*parse_probe(probe_body(0xFEDCBA9876543210)), 0xFEDCBA9876543210);
    EXPECT_EQ(*parse_probe(probe_ack_body(1)), 1U);
    EXPECT_EQ(*parse_sync_request(sync_request_body(~std::uint64_t{0}, 0x80000001)),
              (SyncRequestBody{~std::uint64_t{0}, 0x80000001}));
    const SyncReplyBody reply{1, -9'000'000'000, 9'000'000'000, 0xFFFFFFFF};
    EXPECT_EQ(*parse_sync_reply(sync_reply_body(reply)), reply);
    const auto names = parse_nack(nack_body(two_names()));
    ASSERT_TRUE(names);
    EXPECT_EQ((std::vector<PacketName>(names->begin(), names->end())), two_names());
}

template <class Parse>
void expect_refuses_below(std::size_t whole, std::size_t needed, const Parse& parse) {
    for (std::size_t size = 0; size <= whole; ++size) {
        // An exact copy, so that AddressSanitizer sees a read past the end.
        const std::vector<std::byte> part(size, std::byte{1});
        const auto read = parse(part);
        EXPECT_EQ(read.has_value(), size >= needed) << size;
        if (!read) {
            EXPECT_EQ(read.error(), Errc::truncated) << size;
        }
    }
}

TEST(DatagramBodies, RefuseEveryTruncation) {
    using Bytes = std::span<const std::byte>;
    expect_refuses_below(40, 8, [](Bytes bytes) { return parse_probe(bytes); });
    expect_refuses_below(40, 20, [](Bytes bytes) { return parse_sync_request(bytes); });
    expect_refuses_below(40, 28, [](Bytes bytes) { return parse_sync_reply(bytes); });
    const auto whole = nack_body(two_names());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<std::byte> part(whole.begin(),
                                          whole.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(parse_nack(part).error(), Errc::truncated) << size;
    }
}

TEST(DatagramBodies, ANackNamesOneToThirtyTwoPacketsAndNothingElse) {
    const std::vector<PacketName> most(kMaxNackNames, {StreamId{1}, Epoch{2}, 3});
    EXPECT_EQ(parse_nack(nack_body(most))->size(), kMaxNackNames);
    auto bytes = nack_body(most);
    bytes.insert(bytes.end(), 9, std::byte{0});
    EXPECT_EQ(parse_nack(bytes).error(), Errc::bad_value) << "bytes after the last";
    bytes[0] = std::byte{33};
    EXPECT_EQ(parse_nack(bytes).error(), Errc::bad_value) << "too many";
    bytes[0] = std::byte{0};
    EXPECT_EQ(parse_nack(bytes).error(), Errc::bad_value) << "none";
}

TEST(DatagramWriter, TakesWhatFitsAndNoByteMore) {
    DatagramWriter writer;
    writer.begin({DatagramType::audio, kRoute, 1, 0}, DatagramWay::down, nullptr);
    EXPECT_EQ(writer.room(), kMaxDatagramBytes - kDatagramHeaderBytes);
    const std::vector<std::byte> most(writer.room(), std::byte{7});
    EXPECT_FALSE(writer.append(std::vector<std::byte>(most.size() + 1)));
    EXPECT_TRUE(writer.append(most));
    EXPECT_EQ(writer.room(), 0U);
    EXPECT_FALSE(writer.append(std::vector<std::byte>(1)));
    writer.put(1, std::byte{9});
    const auto bytes = writer.finish();
    ASSERT_EQ(bytes.size(), kMaxDatagramBytes);
    EXPECT_EQ(bytes[kDatagramHeaderBytes], std::byte{7});
    EXPECT_EQ(bytes[kDatagramHeaderBytes + 1], std::byte{9});
}

}  // namespace
}  // namespace earshot::wire
