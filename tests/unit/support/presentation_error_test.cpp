#include "tests/support/presentation_error.hpp"

#include "common/base/time.hpp"
#include "tests/support/signals.hpp"
#include "tests/unit/support/synthetic_listener.hpp"

#include <gtest/gtest.h>
#include <opus/opus.h>

#include <array>
#include <cmath>

namespace earshot::test {
namespace {

const MediaEpoch kEpoch{77'000'000'123'456};

MediaReference reference_of(Audio audio) {
    return {480'000, std::move(audio), {}};
}

/// Starts to play one second after the reference starts to be due.
SyntheticListener listener(double ppm, std::function<double(double)> error_us) {
    return {ppm, static_cast<std::int64_t>(kEpoch.due_raw_ns(528'000.3)), 2.0, std::move(error_us)};
}

/// Encoded and decoded as a stream is; the codec's delay of 120 frames taken off.
Audio through_opus(const Audio& audio) {
    int error = 0;
    OpusEncoder* encoder =
        opus_encoder_create(48'000, 2, OPUS_APPLICATION_RESTRICTED_LOWDELAY, &error);
    OpusDecoder* decoder = opus_decoder_create(48'000, 2, &error);
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(96'000));
    Audio result{48'000, std::vector<std::vector<float>>(2)};
    std::array<float, 1920> block{};
    std::array<unsigned char, 1275> packet{};
    for (std::size_t at = 0; at + 960 <= audio.frames(); at += 960) {
        for (std::size_t n = 0; n < 960; ++n) {
            block[2 * n] = audio.channels[0][at + n];
            block[2 * n + 1] = audio.channels[1][at + n];
        }
        const int size = opus_encode_float(encoder, block.data(), 960, packet.data(), 1275);
        EXPECT_EQ(opus_decode_float(decoder, packet.data(), size, block.data(), 960, 0), 960);
        for (std::size_t n = 0; n < 960; ++n) {
            result.channels[0].push_back(block[2 * n]);
            result.channels[1].push_back(block[2 * n + 1]);
        }
    }
    opus_encoder_destroy(encoder);
    opus_decoder_destroy(decoder);
    for (auto& channel : result.channels) {
        channel.erase(channel.begin(), channel.begin() + 120);
    }
    return result;
}

TEST(PresentationError, MeasuresAConstantDelayWithinHalfAMicrosecond) {
    const MediaReference reference = reference_of(busy_programme(48'000, 2, 3.5, 1));
    const std::vector<std::pair<double, double>> cases = {
        {0.0, 0.0}, {3.3, 100.0}, {-250.0, -100.0}, {999.0, 37.0}};
    for (const auto& [error, ppm] : cases) {
        const Recording recording =
            play(listener(ppm, [late = error](double) { return late; }), reference, kEpoch);
        const ErrorReport report = measure_presentation_error(recording, reference, kEpoch);
        ASSERT_GE(report.windows.size(), 7U);
        EXPECT_EQ(report.not_found, 0);
        for (const WindowError& window : report.windows) {
            EXPECT_NEAR(window.error_us, error, 0.5) << ppm;
        }
        EXPECT_NEAR(report.p50_us(), std::abs(error), 0.5);
    }
}

TEST(PresentationError, FollowsAnErrorThatMoves) {
    const MediaReference reference = reference_of(busy_programme(48'000, 2, 3.5, 2));
    const auto error = [](double s) { return 200.0 * std::sin(2.0 * s); };
    const Recording recording = play(listener(-60.0, error), reference, kEpoch);
    const ErrorReport report = measure_presentation_error(recording, reference, kEpoch);
    ASSERT_FALSE(report.windows.empty());
    for (const WindowError& window : report.windows) {
        // The window is as late as its middle: 50 ms, at up to 0.4 ms/s, is 20 us of movement.
        EXPECT_NEAR(window.error_us, error(window.media / 48'000.0 + 0.05), 25.0);
    }
}

TEST(PresentationError, MeasuresOpusCodedSoundAgainstTheUncodedProgramme) {
    const Audio programme = busy_programme(48'000, 2, 3.5, 3);
    const MediaReference sent = reference_of(programme);
    const MediaReference heard = reference_of(through_opus(programme));
    const Recording recording = play(listener(40.0, [](double) { return 12.0; }), heard, kEpoch);
    ErrorSettings settings;
    settings.min_correlation = 0.9;
    const ErrorReport report = measure_presentation_error(recording, sent, kEpoch, settings);
    EXPECT_EQ(report.not_found, 0);
    ASSERT_GE(report.windows.size(), 7U);
    for (const WindowError& window : report.windows) {
        EXPECT_NEAR(window.error_us, 12.0, 2.0);  // the coding's own noise
    }
}

TEST(PresentationError, CountsWhatIsNotWhereItShouldBe) {
    const MediaReference reference = reference_of(busy_programme(48'000, 2, 3.5, 4));
    const Recording lost = play(listener(0.0, [](double) { return 80'000.0; }), reference, kEpoch);
    const ErrorReport report = measure_presentation_error(lost, reference, kEpoch);
    EXPECT_TRUE(report.windows.empty());
    EXPECT_GE(report.not_found, 7);
    EXPECT_TRUE(std::isinf(report.p99_us()));
}

TEST(PresentationError, LeavesSilenceOut) {
    MediaReference reference = reference_of(busy_programme(48'000, 2, 3.5, 5));
    for (auto& channel : reference.audio.channels) {
        std::fill(channel.begin() + 72'000, channel.begin() + 120'000, 0.0F);
    }
    const Recording recording = play(listener(10.0, [](double) { return 1.0; }), reference, kEpoch);
    const ErrorReport report = measure_presentation_error(recording, reference, kEpoch);
    EXPECT_GE(report.quiet, 3);
    EXPECT_EQ(report.not_found, 0);
    EXPECT_NEAR(report.max_us(), 1.0, 0.5);
}

TEST(FindDeparture, FindsTheFirstChangedFrameWhateverTheDevicesClock) {
    const MediaReference unchanged = reference_of(busy_programme(48'000, 2, 3.5, 6));
    MediaReference changed = unchanged;
    constexpr std::int64_t kChange = 480'000 + 100'001;
    for (auto& channel : changed.audio.channels) {
        // From here on something small is added: -40 dBFS at once.
        for (std::size_t n = 100'001; n < channel.size(); ++n) {
            channel[n] += 0.01F;
        }
    }
    for (const double ppm : {0.0, 100.0}) {
        const Recording recording =
            play(listener(ppm, [](double) { return 37.0; }), changed, kEpoch);
        DepartureSettings settings;
        settings.from_media = kChange - 2'000;
        settings.to_media = kChange + 2'000;
        const auto found = find_departure(recording, unchanged, kEpoch, settings);
        ASSERT_TRUE(found);
        // A band-limited step rings before it starts: -60 dBFS is reached within 4 frames of it.
        EXPECT_NEAR(found->media, static_cast<double>(kChange), 4.0);
        EXPECT_NEAR(found->sounded_us, 37.0, 0.5);
        EXPECT_FALSE(
            find_departure(play(listener(ppm, [](double) { return 37.0; }), unchanged, kEpoch),
                           unchanged, kEpoch, settings));
    }
}

TEST(Recording, MapsFramesToInstantsAndBack) {
    const Recording recording({48'000, {std::vector<float>(3'000)}},
                              {{0, 1'000'000}, {1'000, 21'000'000}, {2'000, 42'000'000}});
    EXPECT_DOUBLE_EQ(recording.raw_ns(500.0), 11'000'000.0);
    EXPECT_DOUBLE_EQ(recording.raw_ns(1'500.0), 31'500'000.0);
    EXPECT_DOUBLE_EQ(recording.raw_ns(3'000.0), 63'000'000.0);
    for (const double frame : {-10.0, 0.0, 999.5, 1'000.0, 2'900.0}) {
        EXPECT_NEAR(recording.frame_at(recording.raw_ns(frame)), frame, 1e-9);
    }
    EXPECT_THROW(Recording({48'000, {}}, {{0, 5}, {0, 6}}), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::test
