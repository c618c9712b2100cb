#include "server/source/feed_factory.hpp"

#include "tests/support/audio_file.hpp"
#include "tests/support/signals.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace earshot::source {
namespace {

using Kind = SourceSpec::Kind;

TEST(FeedFactory, PlaysAFile) {
    const test::TempDir dir;
    test::write_audio(dir / "a.flac", test::tone(44'100, 2, 2.0, 500.0, 0.5F),
                      test::FileFormat::flac_pcm16);
    const auto feed = make_feed({Kind::file, (dir / "a.flac").string()}, 0.0);
    EXPECT_TRUE(feed->seekable());
    EXPECT_EQ(feed->length(), Frames{96'000});
    EXPECT_EQ(feed->description(), "a.flac, 44.1 kHz, stereo, resampled");
    feed->prepare(0, ProgrammeTime{Frames{0}});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!feed->primed(0)) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        std::this_thread::yield();
    }
    audio::Block out(2, 960);
    feed->pull(0, out.view());
    feed->pull(0, out.view());
    EXPECT_NEAR(out.channel(0)[24], 0.5F, 0.01F);  // a quarter of a period of 500 Hz
}

TEST(FeedFactory, PlaysStemsBesideAFile) {
    const test::TempDir dir;
    test::write_audio(dir / "mix.wav", test::tone(48'000, 2, 1.0, 500.0, 0.5F),
                      test::FileFormat::wav_pcm16);
    test::write_audio(dir / "voice.wav", test::tone(44'100, 1, 2.0, 500.0, 0.25F),
                      test::FileFormat::wav_pcm16);
    const std::vector<std::filesystem::path> stems{dir / "voice.wav"};
    const auto feed = make_feed({Kind::file, (dir / "mix.wav").string()}, 0.0, stems);
    EXPECT_EQ(feed->layers(), 2);
    EXPECT_EQ(feed->length(), Frames{96'000});
    EXPECT_THROW((void)make_feed({Kind::stdin_stream, ""}, 0.0, stems), std::runtime_error);
}

TEST(FeedFactory, OpensAFifoAsLive) {
    const test::TempDir dir;
    ASSERT_EQ(::mkfifo((dir / "in").c_str(), 0600), 0);
    const auto feed = make_feed({Kind::fifo, (dir / "in").string()}, 0.0);
    EXPECT_FALSE(feed->seekable());
    audio::Block out(2, 960);
    feed->pull(0, out.view());
    EXPECT_EQ(out.channel(0)[0], 0.0F);
}

TEST(FeedFactory, PlaysTheTone) {
    EXPECT_FALSE(make_feed({Kind::tone, ""}, 0.0)->length().has_value());
}

TEST(FeedFactory, SaysWhichFileIsMissing) {
    try {
        (void)make_feed({Kind::file, "/nowhere/film.flac"}, 0.0);
        FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string{error.what()}, "no file /nowhere/film.flac");
    }
}

TEST(FeedFactory, SaysWhichDeviceIsMissing) {
    try {
        (void)make_feed({Kind::alsa, "no-such-device"}, 0.0);
        FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("no-such-device"), std::string::npos);
    }
}

}  // namespace
}  // namespace earshot::source
