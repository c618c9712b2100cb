// Where sound comes from: people's own files, and a fifo that live programs write to.
#include "tests/integration/room.hpp"
#include "tests/support/align.hpp"
#include "tests/support/media_reference.hpp"
#include "tests/support/signals.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iostream>
#include <thread>
#include <utility>

namespace earshot::test {
namespace {

constexpr std::int64_t kSecond = 48'000;

struct FileCase {
    std::string name;
    FileFormat format;
    int rate;
    int channels;
    bool in_a_show;
};

std::vector<FileCase> file_cases() {
    std::vector<FileCase> cases;
    for (const int rate : {44'100, 48'000, 96'000}) {
        for (const int channels : {2, 6}) {
            const std::string name = std::to_string(rate) + "-" + std::to_string(channels);
            // The show takes WAV and the command line FLAC, or the other way round.
            const bool swapped = channels == 6;
            cases.push_back({name + ".wav", FileFormat::wav_pcm24, rate, channels, !swapped});
            cases.push_back({name + ".flac", FileFormat::flac_pcm16, rate, channels, swapped});
        }
    }
    return cases;
}

/// What two ears should get: ITU-R BS.775-3 annex 4 (left, right, centre, LFE, left and right
/// surround), up to one gain.
Audio for_two_ears(const Audio& audio) {
    if (audio.channels.size() == 2) {
        return audio;
    }
    Audio result{audio.sample_rate_hz, std::vector<std::vector<float>>(2)};
    constexpr float kHalfPower = 0.70710678F;
    for (std::size_t ear = 0; ear < 2; ++ear) {
        for (std::size_t n = 0; n < audio.frames(); ++n) {
            result.channels[ear].push_back(audio.channels[ear][n] +
                                           kHalfPower * audio.channels[2][n] +
                                           kHalfPower * audio.channels[4 + ear][n]);
        }
    }
    return result;
}

/// A running server with one listener, and what it plays.
struct Playing {
    FileCase file;
    Audio expected;  ///< At the file's rate.
    std::unique_ptr<Server> server;
    std::unique_ptr<Listener> listener;
    MediaEpoch epoch;
    Segment segment;
};

Playing play_file(const TempDir& folder, const FileCase& file, std::uint64_t seed) {
    const Audio audio = busy_programme(file.rate, file.channels, 7.0, seed);
    write_audio(folder / file.name, audio, file.format);
    std::vector<std::string> arguments = {"--start", "listeners:1"};
    if (file.in_a_show) {
        // A path relative to the show, as people write it.
        write_text(folder / (file.name + ".toml"),
                   "title = \"Mine\"\nrights = \"own work\"\n[programme]\nsource = \"file:" +
                       file.name + "\"\n");
        arguments.insert(arguments.end(), {"--show", (folder / (file.name + ".toml")).string()});
    } else {
        arguments.insert(arguments.end(), {"--source", "file:" + (folder / file.name).string()});
    }
    Playing playing{file, for_two_ears(audio), nullptr, nullptr, {}, {}};
    playing.server = std::make_unique<Server>(folder, arguments, file.name + ".server");
    ListenerSpec spec;
    spec.name = file.name + ".listener";
    spec.ppm = file.rate == 48'000 ? 60.0 : -35.0;
    spec.offset_ms = -2'500.0;
    spec.tap = false;
    playing.listener = std::make_unique<Listener>(folder, playing.server->url(), spec);
    return playing;
}

void expect_heard_in_time(const Playing& playing) {
    const MediaReference due =
        lay_out_source(playing.expected, playing.segment.programme, playing.segment.media);
    ErrorSettings settings;
    settings.min_correlation = 0.85;  // Opus at 96 kbit/s lies between
    const ErrorReport report =
        measure_presentation_error(playing.listener->recording(), due, playing.epoch, settings);
    double worst = 1.0;
    for (const WindowError& window : report.windows) {
        worst = std::min(worst, window.correlation);
    }
    std::cout << summary(playing.file.name, report) << "  correlation >= " << worst << '\n';
    EXPECT_GE(report.windows.size(), 8U);
    if (!sanitized_run()) {
        // A sanitizer's server may not have read a file in time to begin with its first second.
        EXPECT_EQ(report.not_found, 0);
        EXPECT_LE(report.p99_us(), 1'000.0);
    }
}

TEST(Sources, PlayPeoplesFilesOfEveryFormatRateAndLayout) {
    TempDir folder;
    std::vector<FileCase> cases = file_cases();
    if (sanitized_run()) {
        cases.resize(4);
    }
    constexpr std::size_t kAtOnce = 4;
    for (std::size_t first = 0; first < cases.size(); first += kAtOnce) {
        std::vector<Playing> rooms;
        for (std::size_t n = first; n < std::min(first + kAtOnce, cases.size()); ++n) {
            rooms.push_back(play_file(folder, cases[n], 100 + n));
        }
        for (Playing& room : rooms) {
            SCOPED_TRACE(room.file.name);
            ASSERT_TRUE(room.server->wait_for_phase("playing", 30s))
                << room.server->process().errors();
            room.epoch = room.server->epoch();
            room.segment = room.server->playing_segment();
        }
        for (Playing& room : rooms) {
            const std::int64_t last = room.segment.media + 4 * kSecond;
            EXPECT_TRUE(wait_until([&] { return room.server->media_now() >= last; }, 30s));
            EXPECT_EQ(room.listener->stop().exit_code, 0);
            EXPECT_EQ(room.server->stop().exit_code, 0);
        }
        for (const Playing& room : rooms) {
            SCOPED_TRACE(room.file.name);
            expect_heard_in_time(room);
        }
    }
}

/// A show of a mix, a voice as a stem, and a perspective that does not hear the voice.
std::string layered_show(const TempDir& folder) {
    write_text(folder / "no_voice.toml",
               "inherits = \"full\"\nlabel = \"No voice\"\n[layers.dialogue]\ngain_db = -120\n");
    write_text(folder / "layers.toml",
               "title = \"Layers\"\nrights = \"own work\"\nstates = [\"no_voice.toml\"]\n"
               "[programme]\nsource = \"file:mix.wav\"\n"
               "[[programme.layer]]\nname = \"dialogue\"\nfile = \"voice.flac\"\n"
               "[[perspective]]\nid = \"subjective\"\nstate = \"no_voice\"\n");
    return (folder / "layers.toml").string();
}

TEST(Sources, StemsAreHeardAsEachPerspectivesStateSays) {
    TempDir folder;
    const Audio mix = busy_programme(48'000, 2, 7.0, 301);
    const Audio voice = busy_programme(48'000, 2, 7.0, 302);
    Audio both = mix;
    for (std::size_t ear = 0; ear < 2; ++ear) {
        std::ranges::transform(mix.channels[ear], voice.channels[ear], both.channels[ear].begin(),
                               std::plus<>{});
    }
    write_audio(folder / "mix.wav", mix, FileFormat::wav_pcm24);
    write_audio(folder / "voice.flac", resampled(voice, 44'100), FileFormat::flac_pcm24);
    Server server(folder, {"--show", layered_show(folder), "--start", "listeners:2"});
    Listener hears_all(folder, server.url(), {.name = "hears_all", .perspective = "objective"});
    Listener hears_mix(folder, server.url(), {.name = "hears_mix", .perspective = "subjective"});
    ASSERT_TRUE(server.wait_for_phase("playing", 30s)) << server.process().errors();
    const MediaEpoch epoch = server.epoch();
    const Segment segment = server.playing_segment();
    EXPECT_TRUE(wait_until([&] { return server.media_now() >= segment.media + 4 * kSecond; }, 30s));
    ErrorSettings settings;
    settings.min_correlation = 0.85;  // of the wrong sound it is 0.71
    const std::vector<std::pair<Listener*, const Audio*>> heard{{&hears_all, &both},
                                                                {&hears_mix, &mix}};
    for (const auto& [listener, expected] : heard) {
        EXPECT_EQ(listener->stop().exit_code, 0);
        const ErrorReport report = measure_presentation_error(
            listener->recording(), lay_out_source(*expected, segment.programme, segment.media),
            epoch, settings);
        std::cout << summary(listener->spec().name, report) << '\n';
        EXPECT_GE(report.windows.size(), 8U);
        EXPECT_EQ(report.not_found, 0) << listener->spec().name;
    }
    EXPECT_EQ(server.stop().exit_code, 0);
}

TEST(Sources, AFileThatEndsLeavesSilenceAndTheServer) {
    TempDir folder;
    write_audio(folder / "short.wav", busy_programme(48'000, 2, 1.5, 1), FileFormat::wav_pcm16);
    Server server(
        folder, {"--source", "file:" + (folder / "short.wav").string(), "--start", "listeners:1"});
    Listener listener(folder, server.url(), {.name = "l", .tap = false});
    ASSERT_TRUE(server.wait_for_phase("ended", 20s)) << server.phase();
    const std::int64_t ended = server.media_now();
    ASSERT_TRUE(wait_until([&] { return server.media_now() > ended + 2 * kSecond; }, 10s));
    EXPECT_EQ(server.phase(), "ended");
    EXPECT_TRUE(server.wait_for_listeners(1, 1s));
    const MediaEpoch epoch = server.epoch();
    listener.stop();
    const Recording recording = listener.recording();
    const auto from = static_cast<std::size_t>(
        recording.frame_at(epoch.due_raw_ns(static_cast<double>(ended + kSecond))));
    // An Opus decoder's de-emphasis rings for ever, far below what any device can show.
    for (const float sample : recording.audio().channel(0).subspan(from, kSecond / 2)) {
        ASSERT_LE(std::abs(sample), 1e-9F);
    }
}

/// Writes 16-bit frames into a fifo, 10 ms at a time and in real time, as a live program does.
/// @return how late it was at worst.
std::chrono::duration<double, std::milli> write_live(const std::string& path, const Audio& audio) {
    std::chrono::steady_clock::duration latest{};
    const int fd = ::open(path.c_str(), O_WRONLY);
    EXPECT_GE(fd, 0);
    auto due = std::chrono::steady_clock::now();
    for (std::size_t at = 0; at + 480 <= audio.frames(); at += 480) {
        std::vector<std::int16_t> block;
        for (std::size_t n = at; n < at + 480; ++n) {
            for (const std::vector<float>& channel : audio.channels) {
                block.push_back(static_cast<std::int16_t>(std::lround(channel[n] * 32'767.0F)));
            }
        }
        const auto bytes = block.size() * sizeof(std::int16_t);
        latest = std::max(latest, std::chrono::steady_clock::now() - due);
        if (::write(fd, block.data(), bytes) != static_cast<ssize_t>(bytes)) {
            ADD_FAILURE() << "the fifo's reader went away";
            break;
        }
        due += 10ms;
        std::this_thread::sleep_until(due);
    }
    ::close(fd);
    return latest;
}

/// Looks for a programme's pieces in a recording and expects them all at one distance.
/// @param late  How late the writer was at worst.
void expect_played(const Audio& programme,
                   std::chrono::duration<double, std::milli> late,
                   const Recording& recording,
                   const std::string& name) {
    const auto middle = static_cast<double>(recording.frames()) / 2.0;
    double lowest = 1e18;
    double highest = -1e18;
    for (std::int64_t at = kSecond; at + kSecond / 2 < 3 * kSecond; at += kSecond / 2) {
        const auto window = programme.channel(0).subspan(static_cast<std::size_t>(at), kSecond / 4);
        const auto found = align(
            window, recording.audio().channel(0), middle,
            {.search_frames = static_cast<int>(recording.frames() / 2), .min_correlation = 0.85});
        if (!found) {
            ADD_FAILURE() << name << ": what was written at frame " << at << " is not heard";
            continue;
        }
        lowest = std::min(lowest, found->position - static_cast<double>(at));
        highest = std::max(highest, found->position - static_cast<double>(at));
    }
    std::cout << name << ": heard " << lowest / 48.0 << " to " << highest / 48.0
              << " ms into the recording; written " << late.count() << " ms late at most\n";
    // A fifo's rate is learnt from its fill: a few ms of settling at the start. A writer that comes
    // later than what the server holds leaves a gap, and the rest is buffered anew.
    const double gap_ms = late > 5ms ? late.count() + 60.0 : 0.0;
    EXPECT_LE(highest - lowest, (10.0 + gap_ms) * 48.0) << name;
}

TEST(Sources, AFifoPlaysRawSoundAndSurvivesItsWriters) {
    ::signal(SIGPIPE, SIG_IGN);
    TempDir folder;
    const std::string fifo = (folder / "in").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    // The server is there before any writer is.
    Server server(folder, {"--source", "fifo:" + fifo, "--start", "now"});
    Listener listener(folder, server.url(), {.name = "l", .ppm = 20.0, .tap = false});
    ASSERT_TRUE(server.wait_for_listeners(1, 20s));
    const Audio first = busy_programme(48'000, 2, 3.5, 51);
    const Audio second = busy_programme(48'000, 2, 3.5, 52);
    std::this_thread::sleep_for(2s);  // what a listener takes at most to learn its clock
    const auto first_late = write_live(fifo, first);
    std::this_thread::sleep_for(1'200ms);
    EXPECT_TRUE(server.process().running());
    const auto second_late = write_live(fifo, second);
    std::this_thread::sleep_for(1'500ms);
    EXPECT_EQ(server.phase(), "playing");
    listener.stop();
    EXPECT_EQ(server.stop().exit_code, 0);
    const Recording recording = listener.recording();
    expect_played(first, first_late, recording, "first writer");
    expect_played(second, second_late, recording, "second writer");
}

}  // namespace
}  // namespace earshot::test
