#include "common/wire/bundle.hpp"
#include "tests/support/audio_file.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/click_detector.hpp"
#include "tests/support/journal.hpp"
#include "tests/support/json.hpp"
#include "tests/support/recording.hpp"
#include "tests/support/signals.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

TEST(AudioFile, KeepsSamplesThroughEveryFormat) {
    const TempDir folder;
    const Audio audio = white_noise(44'100, 6, 0.1, 0.9F, 1);
    for (const FileFormat format :
         {FileFormat::wav_float, FileFormat::wav_pcm16, FileFormat::wav_pcm24,
          FileFormat::flac_pcm16, FileFormat::flac_pcm24}) {
        write_audio(folder / "a", audio, format);
        const Audio again = read_audio(folder / "a");
        EXPECT_EQ(again.sample_rate_hz, 44'100);
        ASSERT_EQ(again.channels.size(), 6U);
        ASSERT_EQ(again.frames(), audio.frames());
        for (std::size_t n = 0; n < audio.frames(); ++n) {
            ASSERT_NEAR(again.channels[4][n], audio.channels[4][n], 1.0F / 32'768.0F);
        }
    }
    EXPECT_THROW((void)read_audio(folder / "none"), std::runtime_error);
}

TEST(ChildProcess, TellsOutputAndExitCode) {
    const TempDir folder;
    ChildProcess child({"/bin/sh", "-c", "echo ready; echo $COLOUR >&2; exit 3"}, folder / "child",
                       {"COLOUR=blue"});
    EXPECT_EQ(child.wait_for_line("ready", 5s), "ready");
    const auto end = child.wait(5s);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->exit_code, 3);
    EXPECT_EQ(child.errors(), "blue\n");
    EXPECT_EQ(child.wait_for_line("never", 5s), std::nullopt);
}

TEST(ChildProcess, KillsWhatDoesNotEndOnItsOwn) {
    const TempDir folder;
    ChildProcess child({"/bin/sh", "-c", "trap '' TERM; echo on; while :; do :; done"},
                       folder / "c");
    ASSERT_TRUE(child.wait_for_line("on", 5s));
    ASSERT_TRUE(child.use());
    EXPECT_GT(child.use()->rss_bytes, 0);
    EXPECT_EQ(child.stop(50ms).signal, SIGKILL);
    EXPECT_FALSE(child.running());
}

TEST(ClickDetector, HearsAStepThatASteadyToneHasNot) {
    Audio sound = tone(48'000, 1, 0.2, 1'000.0, 0.5F);
    const ClickMeasure clean = measure_clicks(sound.channel(0));
    EXPECT_LT(clean.peak_above_4k_dbfs, -90.0);
    EXPECT_NEAR(clean.largest_step, 0.5 * 0.1309, 1e-3);
    for (std::size_t n = 4'800; n < sound.frames(); ++n) {
        sound.channels[0][n] += 0.1F;
    }
    const ClickMeasure click = measure_clicks(sound.channel(0));
    EXPECT_GT(click.peak_above_4k_dbfs, -30.0);
    EXPECT_GT(click.largest_step, 0.1);
}

TEST(Journal, ReadsWholeRecordsAndStopsAtACutOne) {
    const TempDir folder;
    wire::PacketSlot packet;
    packet.stamp.stream = StreamId{2};
    packet.stamp.sequence = 7;
    packet.size = 3;
    packet.payload[0] = std::byte{0x5A};
    const wire::PacketSlot* pointer = &packet;
    std::vector<std::byte> bundle;
    wire::append_bundle(std::span(&pointer, 1), bundle);
    std::ofstream file(folder / "journal", std::ios::binary);
    for (int record = 0; record < 3; ++record) {
        const char length[4] = {static_cast<char>(bundle.size()), 0, 0, 0};
        file.write(length, 4);
        const std::size_t bytes = record == 2 ? 5 : bundle.size();
        file.write(reinterpret_cast<const char*>(bundle.data()),
                   static_cast<std::streamsize>(bytes));
    }
    file.close();
    const auto packets = read_journal(folder / "journal");
    ASSERT_EQ(packets.size(), 2U);
    EXPECT_EQ(packets[1].stamp.stream, StreamId{2});
    EXPECT_EQ(packets[1].stamp.sequence, 7U);
    EXPECT_EQ(packets[1].payload.size(), 3U);
    EXPECT_EQ(packets[1].payload[0], std::byte{0x5A});
}

TEST(RecordingFiles, AreReadAsTheSinkWritesThem) {
    const TempDir folder;
    write_audio(folder / "l.wav", tone(48'000, 2, 0.02, 1'000.0, 0.5F), FileFormat::wav_float);
    std::ofstream(folder / "l.wav.json")
        << R"({"sample_rate":48000,"ppm":-50.5,"offset_ms":2000,"block_frames":480,)"
        << R"("blocks":[[0,1000000000],[480,1010000505]]})";
    const Recording recording = read_recording(folder / "l.wav");
    EXPECT_DOUBLE_EQ(recording.ppm(), -50.5);
    EXPECT_DOUBLE_EQ(recording.raw_ns(480.0), 1'010'000'505.0);
    std::ofstream(folder / "l.wav.json")
        << R"({"sample_rate":48000,"block_frames":960,)"
        << R"("columns":["epoch","sequence","media_time","programme_time","stream","concealed"],)"
        << R"("blocks":[[1,4,960,-5,2,1],)"
        << R"({"epoch":1,"sequence":5,"media_time":1920,"programme_time":955,"stream":2,)"
        << R"("concealed":false}]})";
    write_audio(folder / "l.wav", tone(48'000, 2, 0.04, 1'000.0, 0.5F), FileFormat::wav_float);
    const DecodedTap tap = read_decoded_tap(folder / "l.wav");
    ASSERT_EQ(tap.entries.size(), 2U);
    EXPECT_TRUE(tap.entries[0].concealed);
    EXPECT_EQ(tap.entries[0].programme, -5);
    EXPECT_EQ(tap.entries[1].media, 1920);
    EXPECT_FALSE(tap.entries[1].concealed);
    EXPECT_EQ(tap.entries[1].file_frame, 960);
}

TEST(Json, SaysWhatItCannotRead) {
    EXPECT_THROW((void)parse_json("{"), std::runtime_error);
    EXPECT_DOUBLE_EQ(number_or(parse_json(R"({"a":{"b":2}})").at("a"), "b", 0.0), 2.0);
    EXPECT_DOUBLE_EQ(number_or(parse_json("[]"), "b", 9.0), 9.0);
}

}  // namespace
}  // namespace earshot::test
