#include "common/codec/opus_decoder.hpp"
#include "common/codec/opus_encoder.hpp"
#include "tests/support/rt_guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numbers>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace earshot::codec {
namespace {

using audio::Block;
using Packet = std::vector<std::byte>;

constexpr double kTurn = 2.0 * std::numbers::pi;

/// Sample of a signal at a frame, for one channel.
using Signal = std::function<double(int frame, int channel)>;

double noise(int frame, int channel) {
    // One fresh generator a sample would be slow; a hash is enough for a test.
    auto x = static_cast<std::uint32_t>(frame * 2 + channel) * 2654435761U;
    x = (x ^ (x >> 15U)) * 2246822519U;
    x ^= x >> 13U;
    return static_cast<double>(x) / 2147483648.0 - 1.0;
}

double white(int frame, int channel) {
    return 0.25 * noise(frame, channel);
}

/// A kick and a snare in turn, four a second.
double drums(int frame, int channel) {
    const int beat = frame / 12'000;
    const double t = (frame % 12'000) / 48'000.0;
    return beat % 2 == 0 ? 0.8 * std::exp(-t * 12.0) *
                               std::sin(kTurn * (50.0 * t + 4.0 * (1.0 - std::exp(-t * 30.0))))
                         : 0.5 * std::exp(-t * 25.0) * noise(frame, channel);
}

/// A chord with a slow tremolo: very tonal, so the codec's long-term predictor has work.
double music(int frame, int channel) {
    const double t = frame / 48'000.0;
    double sum = 0.0;
    for (int k = 1; k <= 8; ++k) {
        sum += std::sin(kTurn * (k % 2 == 0 ? 220.0 : 277.2) * ((k + 1) / 2) * t + channel) / k;
    }
    return 0.2 * sum * (0.7 + 0.3 * std::sin(kTurn * 1.7 * t));
}

double silence(int /*frame*/, int /*channel*/) {
    return 0.0;
}

Block block_of(const Signal& signal, int index) {
    Block block(2, kOpusFrames);
    for (int c = 0; c < 2; ++c) {
        for (int n = 0; n < kOpusFrames; ++n) {
            block.channel(c)[static_cast<std::size_t>(n)] =
                static_cast<float>(signal(index * kOpusFrames + n, c));
        }
    }
    return block;
}

Packet encode(OpusEncoder& encoder, const Block& block) {
    Packet packet(kMaxOpusBytes);
    const Result<std::size_t> bytes = encoder.encode(block.view(), packet);
    EXPECT_TRUE(bytes.has_value());
    packet.resize(bytes.has_value() ? *bytes : 0);
    return packet;
}

std::vector<Packet> packets_of(const Signal& signal,
                               int count,
                               const EncoderSettings& settings = {}) {
    OpusEncoder encoder(settings);
    std::vector<Packet> packets;
    for (int n = 0; n < count; ++n) {
        packets.push_back(encode(encoder, block_of(signal, n)));
    }
    return packets;
}

bool same(const Block& a, const Block& b) {
    return std::equal(a.channel(0).begin(), a.channel(0).end(), b.channel(0).begin()) &&
           std::equal(a.channel(1).begin(), a.channel(1).end(), b.channel(1).begin());
}

TEST(OpusEncoder, MakesPacketsOfOneSize) {
    for (const int bitrate_bps : {48'000, 64'000, 96'000, 128'000}) {
        OpusEncoder encoder({.bitrate_bps = bitrate_bps});
        EXPECT_EQ(encoder.packet_bytes(), static_cast<std::size_t>(bitrate_bps / 400));
        for (const Signal& signal : {Signal{drums}, Signal{silence}, Signal{white}}) {
            EXPECT_EQ(encode(encoder, block_of(signal, 0)).size(), encoder.packet_bytes());
        }
    }
}

TEST(OpusEncoder, AlwaysUsesCeltFullBandStereo) {
    for (const Packet& packet : packets_of(drums, 60)) {
        // RFC 6716, 3.1: configuration 31 is CELT, full band, 20 ms; then stereo, one frame.
        ASSERT_EQ(std::to_integer<int>(packet.front()), (31 << 3) | (1 << 2));
    }
}

TEST(OpusEncoder, GivesTheSameBytesForTheSameSound) {
    EXPECT_EQ(packets_of(drums, 40), packets_of(drums, 40));
    EXPECT_NE(packets_of(drums, 40), packets_of(music, 40));
}

TEST(OpusEncoder, GivesTheSameBytesAgainAfterReset) {
    const std::vector<Packet> first = packets_of(music, 20);
    OpusEncoder encoder;
    for (int n = 0; n < 30; ++n) {
        (void)encode(encoder, block_of(white, n));
    }
    encoder.reset();
    for (int n = 0; n < 20; ++n) {
        ASSERT_EQ(encode(encoder, block_of(music, n)), first[static_cast<std::size_t>(n)]) << n;
    }
}

TEST(OpusEncoder, RefusesImpossibleSettingsAndTooLittleRoom) {
    EXPECT_THROW(OpusEncoder({.bitrate_bps = 1'000}), std::invalid_argument);
    EXPECT_THROW(OpusEncoder({.complexity = 11}), std::invalid_argument);
    OpusEncoder encoder;
    std::array<std::byte, 100> small{};
    const Result<std::size_t> bytes = encoder.encode(block_of(white, 0).view(), small);
    ASSERT_TRUE(bytes.has_error());
    EXPECT_EQ(bytes.error(), Errc::codec_failed);
}

TEST(OpusEncoder, SaysTheDelayOfTheDecodedSound) {
    // An impulse in packet 10; where the decoded one peaks tells the delay.
    const auto click = [](int frame, int) { return frame == 10 * kOpusFrames + 100 ? 0.9 : 0.0; };
    OpusEncoder encoder;
    OpusDecoder decoder;
    std::vector<float> left;
    for (int n = 0; n < 13; ++n) {
        Block out(2, kOpusFrames);
        ASSERT_TRUE(decoder.decode(encode(encoder, block_of(click, n)), out.view()).has_value());
        left.insert(left.end(), out.channel(0).begin(), out.channel(0).end());
    }
    const auto peak = std::max_element(left.begin(), left.end(),
                                       [](float a, float b) { return std::abs(a) < std::abs(b); });
    EXPECT_EQ(peak - left.begin(), 10 * kOpusFrames + 100 + encoder.lookahead_frames());
    EXPECT_EQ(encoder.lookahead_frames(), 120);  // 2.5 ms: restricted low delay
}

TEST(OpusDecoder, ReturnsTheSoundThatWasEncoded) {
    OpusEncoder encoder({.bitrate_bps = 128'000});
    OpusDecoder decoder;
    const int lag = encoder.lookahead_frames();
    double error = 0.0;
    double power = 0.0;
    for (int n = 0; n < 50; ++n) {
        Block out(2, kOpusFrames);
        ASSERT_TRUE(decoder.decode(encode(encoder, block_of(music, n)), out.view()).has_value());
        for (int k = 0; n > 5 && k < kOpusFrames; ++k) {
            const double expected = music(n * kOpusFrames + k - lag, 1);
            const double got = static_cast<double>(out.channel(1)[static_cast<std::size_t>(k)]);
            error += (got - expected) * (got - expected);
            power += expected * expected;
        }
    }
    EXPECT_LT(10.0 * std::log10(error / power), -25.0);
}

/// Packets until a decoder that begins at packet `first` agrees with one that heard all, for good.
int packets_to_agree(const std::vector<Packet>& packets, int first, bool lose_instead) {
    OpusDecoder steady;
    OpusDecoder late;
    int last_different = first - 1;
    for (int n = 0; n < static_cast<int>(packets.size()); ++n) {
        Block expected(2, kOpusFrames);
        Block got(2, kOpusFrames);
        const Packet& packet = packets[static_cast<std::size_t>(n)];
        EXPECT_TRUE(steady.decode(packet, expected.view()).has_value());
        if (lose_instead && n >= first - 3 && n < first) {
            late.conceal(got.view());
        } else if (lose_instead || n >= first) {
            EXPECT_TRUE(late.decode(packet, got.view()).has_value());
        }
        if (n >= first && !same(expected, got)) {
            last_different = n;
        }
    }
    return last_different + 1 - first;
}

class DecodersAgree
    : public ::testing::TestWithParam<std::pair<const char*, double (*)(int, int)>> {};

TEST_P(DecodersAgree, BitForBitWithinOneSecondOfTheFirstPacket) {
    const std::vector<Packet> packets = packets_of(GetParam().second, 110);
    int worst = 0;
    for (int first = 20; first < 60; first += 13) {
        worst = std::max(worst, packets_to_agree(packets, first, false));
    }
    RecordProperty("packets", worst);
    EXPECT_LE(worst, 50);
}

TEST_P(DecodersAgree, BitForBitWithinOneSecondOfTheLastLoss) {
    const std::vector<Packet> packets = packets_of(GetParam().second, 110);
    int worst = 0;
    for (int first = 20; first < 60; first += 13) {
        worst = std::max(worst, packets_to_agree(packets, first, true));
    }
    RecordProperty("packets", worst);
    EXPECT_LE(worst, 50);
}

INSTANTIATE_TEST_SUITE_P(Signals,
                         DecodersAgree,
                         ::testing::Values(std::pair{"white", &white},
                                           std::pair{"drums", &drums},
                                           std::pair{"music", &music},
                                           std::pair{"silence", &silence}),
                         [](const auto& one) { return std::string{one.param.first}; });

TEST(OpusDecoder, GivesTheSameSamplesAgainAfterReset) {
    const std::vector<Packet> packets = packets_of(music, 10);
    OpusDecoder fresh;
    OpusDecoder used;
    Block expected(2, kOpusFrames);
    Block got(2, kOpusFrames);
    for (const Packet& packet : packets_of(white, 10)) {
        ASSERT_TRUE(used.decode(packet, got.view()).has_value());
    }
    used.reset();
    for (const Packet& packet : packets) {
        ASSERT_TRUE(fresh.decode(packet, expected.view()).has_value());
        ASSERT_TRUE(used.decode(packet, got.view()).has_value());
        ASSERT_TRUE(same(expected, got));
    }
}

TEST(OpusDecoder, ConcealsALossWithSoundThatContinuesAndThenFalls) {
    const std::vector<Packet> packets = packets_of(music, 20);
    OpusDecoder decoder;
    Block out(2, kOpusFrames);
    for (const Packet& packet : packets) {
        ASSERT_TRUE(decoder.decode(packet, out.view()).has_value());
    }
    const auto rms = [&] {
        double sum = 0.0;
        for (const float sample : out.channel(0)) {
            sum += static_cast<double>(sample * sample);
        }
        return std::sqrt(sum / kOpusFrames);
    };
    const double before = rms();
    const float last = out.channel(0)[kOpusFrames - 1];
    decoder.conceal(out.view());
    EXPECT_GT(rms(), 0.3 * before);
    EXPECT_NEAR(out.channel(0)[0], last, 0.1F);  // no step
    for (int n = 0; n < 50; ++n) {
        decoder.conceal(out.view());
    }
    EXPECT_LT(rms(), 0.4 * before);
}

TEST(OpusDecoder, RefusesGarbageAndConcealsInstead) {
    const std::vector<Packet> packets = packets_of(music, 20);
    OpusDecoder concealing;
    OpusDecoder garbled;
    Block expected(2, kOpusFrames);
    Block got(2, kOpusFrames);
    for (const Packet& packet : packets) {
        ASSERT_TRUE(concealing.decode(packet, expected.view()).has_value());
        ASSERT_TRUE(garbled.decode(packet, got.view()).has_value());
    }
    const Packet ten_milliseconds{std::byte{(30 << 3) | (1 << 2)}, std::byte{1}, std::byte{2}};
    for (const Packet& bad : {Packet{}, Packet(1'300, std::byte{0xfc}), ten_milliseconds}) {
        const Result<void> result = garbled.decode(bad, got.view());
        ASSERT_TRUE(result.has_error());
        EXPECT_EQ(result.error(), Errc::codec_failed);
        concealing.conceal(expected.view());
        EXPECT_TRUE(same(expected, got));
    }
}

TEST(OpusDecoder, SurvivesAnyBytes) {
    std::mt19937 random(5);
    OpusDecoder decoder;
    Block out(2, kOpusFrames);
    for (int n = 0; n < 300; ++n) {
        Packet packet(random() % 300U);
        for (std::byte& byte : packet) {
            byte = static_cast<std::byte>(random() & 0xffU);
        }
        (void)decoder.decode(packet, out.view());
        for (const float sample : out.channel(0)) {
            ASSERT_TRUE(std::isfinite(sample));
        }
    }
}

TEST(OpusCodec, IsRealtimeSafe) {
    OpusEncoder encoder;
    OpusDecoder decoder;
    const Block in = block_of(music, 3);
    Block out(2, kOpusFrames);
    Packet packet(kMaxOpusBytes);
    bool ok = false;
    test::rt_guard::expect_realtime_safe([&] {
        const Result<std::size_t> bytes = encoder.encode(in.view(), packet);
        ok = bytes.has_value() &&
             decoder.decode(std::span<const std::byte>{packet}.first(*bytes), out.view())
                 .has_value();
        decoder.conceal(out.view());
        ok = ok && decoder.decode({}, out.view()).has_error();
        decoder.reset();
        encoder.reset();
    });
    EXPECT_TRUE(ok);
}

}  // namespace
}  // namespace earshot::codec
