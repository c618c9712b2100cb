#include "server/stream/stream_encoder.hpp"

#include "common/wire/bundle.hpp"
#include "server/stream/packet_journal.hpp"
#include "tests/support/rt_guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numbers>
#include <vector>

namespace earshot::stream {
namespace {

class KeepingSink final : public wire::PacketSink {
public:
    KeepingSink() { packets.reserve(256); }
    void push(const wire::PacketSlot& packet) noexcept override {
        if (packets.size() < packets.capacity()) packets.push_back(packet);
    }
    void flush() noexcept override { ++flushes; }
    std::vector<wire::PacketSlot> packets;
    int flushes = 0;
};

audio::Block tone(int block) {
    audio::Block out(2, 960);
    for (int c = 0; c < 2; ++c) {
        for (int i = 0; i < 960; ++i) {
            const double t = (960.0 * block + i) / kSampleRateHz;
            out.channel(c)[static_cast<std::size_t>(i)] =
                static_cast<float>(0.3 * std::sin(2.0 * std::numbers::pi * (440.0 + 60.0 * c) * t));
        }
    }
    return out;
}

void encode(StreamEncoder& encoder, int lane, StreamId stream, int blocks) {
    for (int i = 0; i < blocks; ++i) {
        encoder.block(lane, stream, MediaTime{Frames{10'120 + 960 * i}},
                      ProgrammeTime{Frames{5'120 + 960 * i}}, tone(i).view());
    }
}

std::vector<std::vector<std::byte>> payloads(const KeepingSink& sink) {
    std::vector<std::vector<std::byte>> all;
    for (const auto& packet : sink.packets) {
        all.emplace_back(packet.bytes().begin(), packet.bytes().end());
    }
    return all;
}

TEST(StreamEncoder, StampsPacketsWithWhatTheirDecodingGives) {
    KeepingSink sink;
    StreamEncoder encoder(2, 2, 96'000, {&sink});
    encoder.begin(1, StreamId{1}, Epoch{9});
    encode(encoder, 1, StreamId{1}, 3);
    ASSERT_EQ(sink.packets.size(), 3U);
    for (std::uint32_t i = 0; i < 3; ++i) {
        const wire::PacketStamp& stamp = sink.packets[i].stamp;
        EXPECT_EQ(stamp.stream, StreamId{1});
        EXPECT_EQ(stamp.epoch, Epoch{9});
        EXPECT_EQ(stamp.sequence, i);
        EXPECT_EQ(stamp.media, MediaTime{Frames{10'000 + 960 * i}});
        EXPECT_EQ(stamp.programme, ProgrammeTime{Frames{5'000 + 960 * i}});
        EXPECT_EQ(sink.packets[i].size, 240);  // 96 kbit/s, 20 ms, constant
    }
}

TEST(StreamEncoder, GivesAnEpochTheSameBytesWhateverPlayedBefore) {
    KeepingSink fresh;
    StreamEncoder one(1, 1, 96'000, {&fresh});
    one.begin(0, StreamId{0}, Epoch{1});
    encode(one, 0, StreamId{0}, 20);

    KeepingSink used;
    StreamEncoder other(1, 1, 96'000, {&used});
    other.begin(0, StreamId{0}, Epoch{1});
    encode(other, 0, StreamId{0}, 7);
    used.packets.clear();
    other.begin(0, StreamId{0}, Epoch{2});
    encode(other, 0, StreamId{0}, 20);
    EXPECT_EQ(payloads(fresh), payloads(used));
}

/// Blocks of a stream with what is felt in them: a mono tone and two points each.
void encode_felt(StreamEncoder& encoder, int lane, StreamId stream, int blocks) {
    for (int i = 0; i < blocks; ++i) {
        const audio::Block sound = tone(i);
        audio::Block felt(1, 960);
        std::copy_n(sound.channel(0).begin(), 960, felt.channel(0).begin());
        const std::array<std::byte, 6> points{std::byte{1}, std::byte{2}, std::byte{3},
                                              static_cast<std::byte>(i)};
        const MediaTime media{Frames{10'120 + 960 * i}};
        const ProgrammeTime programme{Frames{5'120 + 960 * i}};
        encoder.block(lane, stream, media, programme, sound.view());
        encoder.felt(lane, stream, media, programme,
                     {.sound = felt.view(),
                      .points = points,
                      .points_media = media - Frames{800},
                      .points_programme = programme - Frames{800}});
    }
}

TEST(StreamEncoder, SendsWhatIsFeltAsStreamsOfItsOwn) {
    KeepingSink sink;
    StreamEncoder encoder(2, 2, 96'000, {&sink});
    encoder.begin(1, StreamId{1}, Epoch{9});
    encode_felt(encoder, 1, StreamId{1}, 2);
    ASSERT_EQ(sink.packets.size(), 6U);
    const wire::PacketSlot& tactile = sink.packets[4];
    EXPECT_EQ(tactile.stamp.stream, wire::tactile_stream(StreamId{1}));
    EXPECT_EQ(tactile.stamp.epoch, Epoch{9});
    EXPECT_EQ(tactile.stamp.sequence, 1U);
    EXPECT_EQ(tactile.stamp.media, sink.packets[3].stamp.media) << "in step with what is heard";
    EXPECT_EQ(tactile.stamp.programme, sink.packets[3].stamp.programme);
    EXPECT_EQ(tactile.size, 120) << "48 kbit/s, 20 ms";
    const wire::PacketSlot& points = sink.packets[5];
    EXPECT_EQ(points.stamp.stream, wire::haptic_stream(StreamId{1}));
    EXPECT_EQ(points.stamp.sequence, 1U);
    EXPECT_EQ(points.stamp.media, MediaTime{Frames{10'120 + 960 - 800}});
    EXPECT_EQ(points.stamp.programme, ProgrammeTime{Frames{5'120 + 960 - 800}});
    ASSERT_EQ(points.size, 6);
    EXPECT_EQ(points.payload[3], std::byte{1});

    encoder.begin(1, StreamId{1}, Epoch{10});
    sink.packets.clear();
    encode_felt(encoder, 1, StreamId{1}, 1);
    EXPECT_EQ(sink.packets[1].stamp.sequence, 0U);
    EXPECT_EQ(sink.packets[2].stamp.sequence, 0U);
}

TEST(StreamEncoder, HearsTheSameWhetherCompanionsAreMadeOrNot) {
    KeepingSink with;
    KeepingSink without;
    StreamEncoder feels(1, 1, 96'000, {&with});
    StreamEncoder plain(1, 1, 96'000, {&without}, Feel::nothing);
    for (StreamEncoder* encoder : {&feels, &plain}) {
        encoder->begin(0, StreamId{0}, Epoch{1});
        encode_felt(*encoder, 0, StreamId{0}, 20);
    }
    EXPECT_EQ(with.packets.size(), 60U);
    EXPECT_EQ(without.packets.size(), 20U);
    std::erase_if(with.packets, [](const auto& packet) { return packet.stamp.stream.value > 0; });
    EXPECT_EQ(payloads(with), payloads(without));
}

TEST(StreamEncoder, EncodesWithoutLockAllocationOrSystemCall) {
    KeepingSink sink;
    StreamEncoder encoder(1, 1, 96'000, {&sink});
    const audio::Block block = tone(0);
    const audio::Block felt(1, 960);
    earshot::test::rt_guard::expect_realtime_safe([&] {
        encoder.begin(0, StreamId{0}, Epoch{1});
        for (int i = 0; i < 5; ++i) {
            encoder.block(0, StreamId{0}, MediaTime{}, ProgrammeTime{}, block.view());
            encoder.felt(
                0, StreamId{0}, MediaTime{}, ProgrammeTime{},
                {.sound = felt.view(), .points = {}, .points_media = {}, .points_programme = {}});
        }
    });
    EXPECT_EQ(sink.packets.size(), 10U) << "no points, no packet of them";
    EXPECT_EQ(encoder.counters().packets, 10U);
    EXPECT_EQ(encoder.counters().codec_errors, 0U);
}

TEST(PacketJournal, WritesWhatWasPushedAsBundlesOfOne) {
    const std::string file = ::testing::TempDir() + "earshot_journal_test.bin";
    wire::PacketSlot packet;
    packet.stamp.sequence = 41;
    packet.size = 3;
    packet.payload[2] = std::byte{7};
    {
        PacketJournal journal(file);
        journal.push(packet);
        journal.flush();
        packet.stamp.sequence = 42;
        journal.push(packet);
    }
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::remove(file.c_str());
    const std::size_t record = wire::kBundleHeaderBytes + wire::kPacketHeaderBytes + 3;
    ASSERT_EQ(bytes.size(), 2 * (4 + record));
    EXPECT_EQ(static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])), record);
    const auto* second = reinterpret_cast<const std::byte*>(bytes.data()) + 4 + record + 4;
    const auto bundle = wire::parse_bundle({second, record});
    ASSERT_TRUE(bundle.has_value());
    EXPECT_EQ(bundle->packets[0].stamp.sequence, 42U);
    EXPECT_EQ(bundle->packets[0].payload[2], std::byte{7});
}

}  // namespace
}  // namespace earshot::stream
