#include "common/wire/bundle.hpp"

#include "common/wire/envelope.hpp"
#include "tests/unit/wire/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace earshot::wire {
namespace {

PacketSlot slot(StreamId stream,
                std::uint32_t epoch,
                std::uint32_t sequence,
                std::int64_t media,
                std::int64_t programme,
                const std::vector<int>& payload) {
    PacketSlot packet;
    packet.stamp = {stream, Epoch{epoch}, sequence, MediaTime{Frames{media}},
                    ProgrammeTime{Frames{programme}}};
    packet.size = static_cast<std::uint16_t>(payload.size());
    std::ranges::transform(payload, packet.payload.begin(),
                           [](int value) { return static_cast<std::byte>(value); });
    return packet;
}

PacketSlot packet_one() {
    return slot(StreamId{1}, 3, 42, 4'800'000, -960, {0xFC, 0xDE, 0xAD, 0xBE, 0xEF});
}

std::vector<PacketSlot> three_packets() {
    return {slot(StreamId{2}, 7, 100, 9'600'000, 480'000, {}),
            slot(StreamId{2}, 7, 101, 9'600'960, 480'960, {0xFC, 0xFF, 0xFE}),
            slot(StreamId{2}, 7, 102, 9'601'920, 481'920, {0, 1, 2, 3, 4, 5, 6})};
}

std::vector<std::byte> bundle_of(const std::vector<PacketSlot>& packets) {
    std::vector<const PacketSlot*> pointers;
    for (const PacketSlot& packet : packets) {
        pointers.push_back(&packet);
    }
    std::vector<std::byte> bytes;
    append_bundle(pointers, bytes);
    return bytes;
}

std::vector<std::byte> without_kind(std::vector<std::byte> envelope) {
    envelope.erase(envelope.begin());
    return envelope;
}

void expect_same(const PacketView& view, const PacketSlot& packet) {
    EXPECT_EQ(view.stamp.stream, packet.stamp.stream);
    EXPECT_EQ(view.stamp.epoch, packet.stamp.epoch);
    EXPECT_EQ(view.stamp.sequence, packet.stamp.sequence);
    EXPECT_EQ(view.stamp.media, packet.stamp.media);
    EXPECT_EQ(view.stamp.programme, packet.stamp.programme);
    EXPECT_TRUE(std::ranges::equal(view.payload, packet.bytes()));
}

TEST(Bundle, WritesTheGoldenBytes) {
    EXPECT_EQ(bundle_of({packet_one()}), without_kind(golden("bundle_one_packet")));
    EXPECT_EQ(bundle_of(three_packets()), without_kind(golden("bundle_three_packets")));
}

TEST(Bundle, ReadsTheGoldenBytes) {
    const auto bytes = without_kind(golden("bundle_three_packets"));
    const auto bundle = parse_bundle(bytes);
    ASSERT_TRUE(bundle.has_value());
    ASSERT_EQ(bundle->count, 3);
    const auto expected = three_packets();
    for (std::size_t i = 0; i < expected.size(); ++i) {
        expect_same(bundle->packets[i], expected[i]);
    }
}

TEST(Bundle, IgnoresWhatIsReserved) {
    const auto bytes = without_kind(golden("bundle_reserved_set"));
    const auto bundle = parse_bundle(bytes);
    ASSERT_TRUE(bundle.has_value());
    ASSERT_EQ(bundle->count, 1);
    expect_same(bundle->packets[0], packet_one());
}

TEST(Bundle, CarriesTheLargestAndTheExtremes) {
    constexpr std::int64_t kHighest = kFarthestStamp.count();
    constexpr std::int64_t kLowest = -kHighest;
    std::vector<PacketSlot> packets(kMaxBundlePackets,
                                    slot(StreamId{255}, 0xFFFFFFFF, 0xFFFFFFFE, kHighest, kLowest,
                                         std::vector<int>(kMaxPayloadBytes, 0xA5)));
    const auto bytes = bundle_of(packets);
    EXPECT_EQ(bytes.size(), 4U + 8U * (28U + 1275U));
    const auto bundle = parse_bundle(bytes);
    ASSERT_TRUE(bundle.has_value());
    ASSERT_EQ(bundle->count, 8);
    expect_same(bundle->packets[7], packets[7]);
}

TEST(Bundle, BorrowsThePayload) {
    const auto bytes = bundle_of({packet_one()});
    const auto bundle = parse_bundle(bytes);
    ASSERT_TRUE(bundle.has_value());
    EXPECT_EQ(bundle->packets[0].payload.data(), bytes.data() + 32);
}

TEST(Bundle, RefusesEveryTruncation) {
    const auto whole = bundle_of(three_packets());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // An exact copy, so that AddressSanitizer sees a read past the end.
        const std::vector<std::byte> part(whole.begin(),
                                          whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto bundle = parse_bundle(part);
        ASSERT_TRUE(bundle.has_error()) << size << " bytes";
        EXPECT_EQ(bundle.error(), Errc::truncated) << size << " bytes";
    }
}

TEST(Bundle, RefusesTheGoldenMistakes) {
    const auto error_of = [](const std::string& name) {
        const auto bytes = without_kind(golden(name));
        return parse_bundle(bytes).error();
    };
    EXPECT_EQ(error_of("bundle_truncated"), Errc::truncated);
    EXPECT_EQ(error_of("bundle_trailing_byte"), Errc::bad_value);
    EXPECT_EQ(error_of("bundle_no_packets"), Errc::bad_value);
    EXPECT_EQ(error_of("bundle_nine_packets"), Errc::bad_value);
    EXPECT_EQ(error_of("bundle_payload_too_large"), Errc::payload_too_large);
    EXPECT_EQ(error_of("bundle_stamp_too_far"), Errc::bad_value);
}

TEST(Bundle, RefusesStampsNoClockReaches) {
    constexpr std::int64_t kFar = kFarthestStamp.count() + 1;
    for (const std::int64_t far : {kFar, -kFar, std::numeric_limits<std::int64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min()}) {
        const auto media = bundle_of({slot(StreamId{1}, 1, 0, far, 0, {1})});
        EXPECT_EQ(parse_bundle(media).error(), Errc::bad_value) << far;
        const auto programme = bundle_of({slot(StreamId{1}, 1, 0, 0, far, {1})});
        EXPECT_EQ(parse_bundle(programme).error(), Errc::bad_value) << far;
    }
}

TEST(Bundle, RefusesACountThatItsPacketsDoNotFill) {
    auto bytes = bundle_of(three_packets());
    bytes[1] = std::byte{2};
    EXPECT_EQ(parse_bundle(bytes).error(), Errc::bad_value);
    bytes[1] = std::byte{4};
    EXPECT_EQ(parse_bundle(bytes).error(), Errc::truncated);
}

TEST(Bundle, AppendsBehindWhatIsThere) {
    std::vector<std::byte> bytes{std::byte{0x01}};
    const PacketSlot packet = packet_one();
    const PacketSlot* pointer = &packet;
    append_bundle({&pointer, 1}, bytes);
    EXPECT_EQ(bytes, golden("bundle_one_packet"));
}

TEST(BundleDeathTest, RefusesToMixStreams) {
    const PacketSlot one = packet_one();
    PacketSlot other = packet_one();
    other.stamp.stream = StreamId{2};
    const std::array<const PacketSlot*, 2> both{&one, &other};
    std::vector<std::byte> bytes;
    EXPECT_DEATH(append_bundle(both, bytes), "stream");
}

}  // namespace
}  // namespace earshot::wire
