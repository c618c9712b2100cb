#include "common/audio/file_programme.hpp"

#include "tests/support/audio_file.hpp"
#include "tests/support/signals.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/audio/sine_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <tuple>
#include <vector>

namespace earshot::audio {
namespace {

using test::FileFormat;
using test::TempDir;

constexpr float kMinus3Db = 0.70710678F;

ProgrammeTime frame(std::int64_t number) {
    return ProgrammeTime{Frames{number}};
}

double radians_per_frame(double hz) {
    return 2.0 * std::numbers::pi * hz / 48'000.0;
}

Block read(FileProgramme& programme, std::int64_t first, int frames) {
    Block out(2, frames);
    EXPECT_TRUE(programme.read(frame(first), out.view()));
    return out;
}

/// A tone of its own in each channel: 500 Hz, 600 Hz, ... at 0.1.
test::Audio chord(int rate_hz, int channels, double seconds) {
    test::Audio audio;
    audio.sample_rate_hz = rate_hz;
    for (int c = 0; c < channels; ++c) {
        audio.channels.push_back(
            test::tone(rate_hz, 1, seconds, 500.0 + 100.0 * c, 0.1F).channels.front());
    }
    return audio;
}

double level_of(std::span<const float> signal, double hz) {
    return test::fit_sine(signal, radians_per_frame(hz)).amplitude;
}

class FileProgrammeOf : public ::testing::TestWithParam<std::tuple<int, int, FileFormat>> {};

TEST_P(FileProgrammeOf, PlaysEveryChannelAtItsPlaceAndLevel) {
    const auto [rate_hz, channels, format] = GetParam();
    const TempDir dir;
    const bool flac = format == FileFormat::flac_pcm24;
    const auto path = dir / (flac ? "a.flac" : "a.wav");
    test::write_audio(path, chord(rate_hz, channels, 0.5), format);
    FileProgramme programme(path);
    ASSERT_EQ(programme.length(), Frames{24'000});
    // A whole number of periods of every tone, away from the edges.
    const Block out = read(programme, 9'600, 4'800);
    const std::vector<float> left = channels == 2
                                        ? std::vector<float>{1, 0}
                                        : std::vector<float>{1, 0, kMinus3Db, 0, kMinus3Db, 0};
    const std::vector<float> right = channels == 2
                                         ? std::vector<float>{0, 1}
                                         : std::vector<float>{0, 1, kMinus3Db, 0, 0, kMinus3Db};
    for (int c = 0; c < channels; ++c) {
        const double hz = 500.0 + 100.0 * c;
        const auto at = static_cast<std::size_t>(c);
        EXPECT_NEAR(level_of(out.channel(0), hz), 0.1 * static_cast<double>(left[at]), 2e-5) << c;
        EXPECT_NEAR(level_of(out.channel(1), hz), 0.1 * static_cast<double>(right[at]), 2e-5) << c;
    }
}

INSTANTIATE_TEST_SUITE_P(RatesLayoutsAndFormats,
                         FileProgrammeOf,
                         ::testing::Combine(::testing::Values(44'100, 48'000, 96'000),
                                            ::testing::Values(2, 6),
                                            ::testing::Values(FileFormat::wav_pcm24,
                                                              FileFormat::flac_pcm24)));

TEST(FileProgramme, PassesStereoAt48KilohertzExactly) {
    const TempDir dir;
    const test::Audio audio = test::white_noise(48'000, 2, 0.2, 0.5F, 5);
    test::write_audio(dir / "a.wav", audio, FileFormat::wav_float);
    FileProgramme programme(dir / "a.wav");
    const Block out = read(programme, 100, 9'000);
    for (std::size_t n = 0; n < 9'000; ++n) {
        ASSERT_EQ(out.channel(1)[n], audio.channel(1)[n + 100]);
    }
    EXPECT_EQ(programme.description(), "a.wav, 48 kHz, stereo");
}

TEST(FileProgramme, KeepsTheInstantOfTheSoundWhenItResamples) {
    const TempDir dir;
    test::write_audio(dir / "a.wav", test::tone(44'100, 2, 0.5, 1'000.0, 0.5F),
                      FileFormat::wav_float);
    FileProgramme programme(dir / "a.wav");
    // test::tone is a sine from phase 0, so the fit, a cosine, is a quarter turn behind.
    const Block out = read(programme, 4'800, 9'600);
    const test::SineFit fit = test::fit_sine(out.channel(0), radians_per_frame(1'000.0));
    EXPECT_NEAR(fit.phase_radians, -std::numbers::pi / 2.0,
                1e-4);  // 1e-4 rad: 0.8 thousandths of a frame
    EXPECT_LT(fit.thd_n_db(), -115.0);
}

TEST(FileProgramme, JoinsItsChunksWithoutASeam) {
    const TempDir dir;
    test::write_audio(dir / "a.wav", test::tone(44'100, 1, 20.5, 997.0, 0.5F),
                      FileFormat::wav_float);
    FileProgramme programme(dir / "a.wav");
    for (const std::int64_t seam : {480'000, 960'000}) {
        const Block across = read(programme, seam - 480, 960);
        const test::SineFit fit = test::fit_sine(across.channel(0), radians_per_frame(997.0));
        EXPECT_LT(20.0 * std::log10(fit.residual_rms), -125.0);
    }
}

TEST(FileProgramme, GivesAPositionTheSameSamplesHoweverItWasReached) {
    const TempDir dir;
    test::write_audio(dir / "a.wav", test::white_noise(44'100, 2, 21.0, 0.5F, 9),
                      FileFormat::wav_pcm16);
    FileProgramme straight(dir / "a.wav");
    FileProgramme jumping(dir / "a.wav");
    const Block once = read(straight, 479'000, 2'000);
    (void)read(jumping, 970'000, 5'000);
    (void)read(jumping, 0, 960);
    const Block early = read(jumping, 479'000, 777);
    const Block late = read(jumping, 479'777, 1'223);
    for (std::size_t n = 0; n < 2'000; ++n) {
        const float other = n < 777 ? early.channel(1)[n] : late.channel(1)[n - 777];
        ASSERT_EQ(once.channel(1)[n], other) << n;
    }
}

TEST(FileProgramme, IsSilentOutsideTheProgramme) {
    const TempDir dir;
    test::write_audio(dir / "a.wav", test::tone(44'100, 2, 0.2, 1'000.0, 0.5F),
                      FileFormat::wav_pcm16);
    FileProgramme programme(dir / "a.wav");
    const Block before = read(programme, -960, 960);
    const Block after = read(programme, 9'600, 960);
    for (std::size_t n = 0; n < 960; ++n) {
        ASSERT_EQ(before.channel(0)[n], 0.0F);
        ASSERT_EQ(after.channel(0)[n], 0.0F);
    }
}

TEST(FileProgramme, SaysWhatItDoesToTheFile) {
    const TempDir dir;
    test::write_audio(dir / "a.flac", chord(44'100, 6, 0.1), FileFormat::flac_pcm16);
    EXPECT_EQ(FileProgramme(dir / "a.flac").description(),
              "a.flac, 44.1 kHz, 5.1, down-mixed, resampled");
}

}  // namespace
}  // namespace earshot::audio
