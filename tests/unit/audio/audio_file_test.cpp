#include "common/audio/audio_file.hpp"

#include "tests/support/audio_file.hpp"
#include "tests/support/signals.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace earshot::audio {
namespace {

using test::TempDir;

Block noise(int channels, int frames) {
    Block block(channels, frames);
    const test::Audio audio = test::white_noise(48'000, channels, frames / 48'000.0, 0.5F, 11);
    for (int c = 0; c < channels; ++c) {
        for (int n = 0; n < frames; ++n) {
            const auto at = static_cast<std::size_t>(n);
            block.channel(c)[at] = audio.channel(static_cast<std::size_t>(c))[at];
        }
    }
    return block;
}

std::string refusal(const std::filesystem::path& path) {
    try {
        const AudioFile file(path);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

TEST(AudioFile, ReadsFloatSamplesExactlyFromAnyPosition) {
    const TempDir dir;
    const test::Audio audio = test::white_noise(44'100, 2, 0.1, 0.5F, 3);
    test::write_audio(dir / "a.wav", audio, test::FileFormat::wav_float);
    AudioFile file(dir / "a.wav");
    EXPECT_EQ(file.facts().sample_rate_hz, 44'100);
    EXPECT_EQ(file.facts().frames, 4'410);
    EXPECT_EQ(file.facts().format, "WAV");
    std::vector<float> out(200);
    for (const std::int64_t first : {2'000, 2'100, 0, 4'000}) {
        ASSERT_TRUE(file.read(first, out));
        for (std::size_t n = 0; n < 100; ++n) {
            ASSERT_EQ(out[2 * n + 1], audio.channel(1)[static_cast<std::size_t>(first) + n]);
        }
    }
}

TEST(AudioFile, GivesSilenceOutsideTheFile) {
    const TempDir dir;
    const test::Audio audio = test::white_noise(48'000, 1, 0.01, 0.5F, 3);
    test::write_audio(dir / "a.flac", audio, test::FileFormat::flac_pcm16);
    AudioFile file(dir / "a.flac");
    EXPECT_EQ(file.facts().layout, std::vector<Speaker>{Speaker::mono});
    EXPECT_EQ(file.facts().format, "FLAC");
    std::vector<float> out(1'000, 9.0F);
    ASSERT_TRUE(file.read(-100, out));
    EXPECT_EQ(out[99], 0.0F);
    EXPECT_NEAR(out[100], audio.channel(0)[0], 1.0 / 32768.0);
    EXPECT_EQ(out[100 + 480], 0.0F);
    ASSERT_TRUE(file.read(5'000, out));
    EXPECT_EQ(out[0], 0.0F);
}

TEST(AudioFile, SaysWhatIsWrongInOneLine) {
    const TempDir dir;
    EXPECT_EQ(refusal(dir / "none.wav"), "no file " + (dir / "none.wav").string());
    EXPECT_NE(refusal(dir.path()).find("is a folder"), std::string::npos);
    std::ofstream(dir / "text.wav") << "not sound at all";
    const std::string text = refusal(dir / "text.wav");
    EXPECT_EQ(text.find("cannot read "), 0U) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
    test::Audio nine;
    nine.channels.assign(9, std::vector<float>(10));
    test::write_audio(dir / "nine.wav", nine, test::FileFormat::wav_pcm16);
    EXPECT_NE(refusal(dir / "nine.wav").find("9 channels"), std::string::npos);
}

TEST(WavWriter, WritesFloatsExactly) {
    const TempDir dir;
    const Block sound = noise(2, 10'000);
    WavWriter writer(dir / "a.wav", 48'000, 2, WavFormat::float32);
    ASSERT_TRUE(writer.write(sound.view().part(0, 1)));
    ASSERT_TRUE(writer.write(sound.view().part(1, 9'999)));
    EXPECT_EQ(writer.frames(), 10'000);
    EXPECT_TRUE(writer.close());
    EXPECT_FALSE(writer.write(sound.view()));
    const test::Audio back = test::read_audio(dir / "a.wav");
    ASSERT_EQ(back.frames(), 10'000U);
    for (std::size_t n = 0; n < 10'000; ++n) {
        ASSERT_EQ(back.channel(1)[n], sound.channel(1)[n]);
    }
}

TEST(WavWriter, RoundsIntegersToWithinTheirStep) {
    const TempDir dir;
    const Block sound = noise(2, 4'800);
    for (const WavFormat format : {WavFormat::s16, WavFormat::s24}) {
        WavWriter writer(dir / "a.wav", 48'000, 2, format);
        ASSERT_TRUE(writer.write(sound.view()));
        ASSERT_TRUE(writer.close());
        // Dither of one step and rounding of half a step.
        const float bound = 1.5F / (format == WavFormat::s16 ? 32'768.0F : 8'388'608.0F);
        const test::Audio back = test::read_audio(dir / "a.wav");
        for (std::size_t n = 0; n < 4'800; ++n) {
            ASSERT_NEAR(back.channel(0)[n], sound.channel(0)[n], bound);
        }
    }
}

TEST(WavWriter, ClipsIntegersInsteadOfWrapping) {
    const TempDir dir;
    Block sound(1, 10);
    for (float& sample : sound.channel(0)) {
        sample = 1.7F;
    }
    WavWriter writer(dir / "a.wav", 48'000, 1, WavFormat::s24);
    ASSERT_TRUE(writer.write(sound.view()));
    ASSERT_TRUE(writer.close());
    EXPECT_GT(test::read_audio(dir / "a.wav").channel(0)[5], 0.999F);
}

TEST(WavWriter, LeavesAReadableFileIfTheProcessDies) {
    const TempDir dir;
    const Block sound = noise(2, 12'000);
    WavWriter writer(dir / "a.wav", 48'000, 2, WavFormat::float32);
    for (int quarter = 0; quarter < 9; ++quarter) {
        ASSERT_TRUE(writer.write(sound.view()));
    }
    // A copy taken now is what a killed process would leave.
    std::filesystem::copy_file(dir / "a.wav", dir / "left.wav");
    const test::Audio left = test::read_audio(dir / "left.wav");
    EXPECT_GE(left.frames(), 96'000U);
    EXPECT_EQ(left.channel(0)[12'345], sound.channel(0)[345]);
}

TEST(WavWriter, WritesTheSameBytesForTheSameSound) {
    const TempDir dir;
    const Block sound = noise(2, 4'800);
    for (const char* name : {"a.wav", "b.wav"}) {
        WavWriter writer(dir / name, 48'000, 2, WavFormat::s16);
        ASSERT_TRUE(writer.write(sound.view()));
    }
    const auto bytes = [](const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return std::string{std::istreambuf_iterator<char>(in), {}};
    };
    EXPECT_EQ(bytes(dir / "a.wav"), bytes(dir / "b.wav"));
}

TEST(WavWriter, NamesTheFileItCannotWrite) {
    try {
        const WavWriter writer("/nonexistent/a.wav", 48'000, 2, WavFormat::s16);
        FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string{error.what()}.find("cannot write /nonexistent/a.wav"), 0U);
    }
}

}  // namespace
}  // namespace earshot::audio
