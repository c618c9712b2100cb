// The first promise: the same sample, the same change of hearing, at the same moment for all.
#include "tests/integration/room.hpp"
#include "tests/support/align.hpp"
#include "tests/support/journal.hpp"
#include "tests/support/json.hpp"
#include "tests/support/media_reference.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>

namespace earshot::test {
namespace {

constexpr std::int64_t kSecond = 48'000;
constexpr double kBoundUs = 1'000.0;

struct Change {
    std::string perspective;  ///< The perspective that makes it ...
    std::string without;      ///< ... and the one that is the same but for it.
    double at_s;
    std::string state;
};

// Each perspective makes the changes of the one before, and one more: so every change can be found
// as the first sample departing from the same schedule without it.
const std::vector<Change> kChanges = {
    {"a", "objective", 6.0, "sudden_loss"},
    {"b", "a", 11.0, "muffled_inner"},
    {"c", "b", 16.0, "felt"},
    {"d", "c", 21.0, "full"},
};
constexpr int kFadeMs = 250;

std::string show_text() {
    std::string text =
        "title = \"Lockstep\"\nrights = \"own work\"\n[programme]\nsource = "
        "\"file:programme.wav\"\n";
    int number = 0;
    for (std::size_t perspective = 0; perspective < kChanges.size(); ++perspective) {
        text += "[[perspective]]\nid = \"" + kChanges[perspective].perspective + "\"\n";
    }
    for (std::size_t perspective = 0; perspective < kChanges.size(); ++perspective) {
        for (std::size_t change = 0; change <= perspective; ++change) {
            char at[32];
            std::snprintf(at, sizeof at, "00:00:%06.3f", kChanges[change].at_s);
            text += "[[cue]]\nnumber = \"" + std::to_string(++number) + "\"\nat = \"" + at +
                    "\"\nperspective = \"" + kChanges[perspective].perspective + "\"\nstate = \"" +
                    kChanges[change].state + "\"\nfade = " + std::to_string(kFadeMs) + "\n";
        }
    }
    return text;
}

struct Room {
    TempDir folder;
    std::vector<Listener> listeners;
    MediaEpoch epoch;
    Segment segment;
    std::vector<DecodedTap> taps;
    std::map<std::string, int> streams;  ///< Perspective to stream.
    std::vector<JournalPacket> journal;
    Audio programme;
};

/// Plays the show to listeners of these perspectives for some seconds and keeps all that came of
/// it.
void play_show(Room& room, const std::vector<std::string>& perspectives, double seconds) {
    room.programme = busy_programme(48'000, 2, seconds + 8.0, 42);
    write_audio(room.folder / "programme.wav", room.programme, FileFormat::wav_float);
    write_text(room.folder / "show.toml", show_text());
    Server server(room.folder, {"--show", (room.folder / "show.toml").string(), "--shards", "3",
                                "--start", "listeners:" + std::to_string(perspectives.size()),
                                "--journal-packets", (room.folder / "journal").string()});
    room.listeners = start_listeners(room.folder, server.url(), perspectives);
    ASSERT_TRUE(server.wait_for_phase("playing", 60s)) << server.process().errors();
    room.epoch = server.epoch();
    room.segment = server.playing_segment();
    const auto last = room.segment.media + static_cast<std::int64_t>(seconds * kSecond);
    ASSERT_TRUE(wait_until([&] { return server.media_now() >= last; }, 90s));
    const boost::json::value status = server.status();
    for (const boost::json::value& stream : member(status, "streams").as_array()) {
        room.streams[std::string(text_or_empty(stream, "perspective"))] =
            static_cast<int>(to_int(member(stream, "stream_id")));
    }
    stop_all(room.listeners);
    EXPECT_EQ(server.stop().exit_code, 0);
    room.journal = read_journal(room.folder / "journal");
    for (const Listener& listener : room.listeners) {
        room.taps.push_back(listener.tap());
    }
}

/// The stamps say the truth: what `objective` decodes to is the programme, where they say it is.
void expect_true_stamps(const Room& room, const MediaReference& objective) {
    double sum = 0.0;
    int count = 0;
    for (std::int64_t at = kSecond; at < 20 * kSecond; at += kSecond / 2) {
        const auto window = room.programme.channel(0).subspan(static_cast<std::size_t>(at), 9'600);
        const double expected = static_cast<double>(room.segment.media + at -
                                                    room.segment.programme - objective.first_media);
        const auto found =
            align(window, objective.audio.channel(0), expected, {.min_correlation = 0.5});
        if (!found) {
            ADD_FAILURE() << "programme frame " << at << " is not where its stamp says";
            continue;
        }
        sum += found->position - expected;
        ++count;
    }
    ASSERT_GT(count, 0);
    EXPECT_NEAR(sum / count, 0.0, 0.1) << "frames between the programme and its stamps";
}

void expect_same_sound_decoded(const Room& room) {
    const TapComparison taps = compare_taps(room.taps);
    std::cout << "decoded blocks compared " << taps.compared << ", different " << taps.different
              << '\n';
    EXPECT_GT(taps.compared, 100);
    EXPECT_EQ(taps.different, 0) << taps.first_difference;
}

void expect_changes_on_one_sample(const Room& room,
                                  const std::map<std::string, MediaReference>& references) {
    for (const Change& change : kChanges) {
        SCOPED_TRACE(change.state + " at " + std::to_string(change.at_s) + " s");
        if (references.count(change.perspective) == 0 || references.count(change.without) == 0) {
            continue;
        }
        const MediaReference& with = references.at(change.perspective);
        const MediaReference& without = references.at(change.without);
        const std::int64_t cue = room.segment.media - room.segment.programme +
                                 static_cast<std::int64_t>(change.at_s * kSecond);
        const std::int64_t exact =
            first_difference(with, without, room.segment.media + kSecond / 2);
        // Not before the packet that holds the cue, and within the fade.
        EXPECT_GE(exact, cue - 960 - 120);
        EXPECT_LE(exact, cue + kFadeMs * kSecond / 1'000);
        ASSERT_GE(exact, 0);
        double lowest = 1e18;
        double highest = -1e18;
        for (std::size_t n = 0; n < room.listeners.size(); ++n) {
            if (room.listeners[n].spec().perspective != change.perspective) {
                continue;
            }
            EXPECT_EQ(first_difference(lay_out_tap(room.taps[n]), without,
                                       room.segment.media + kSecond / 2),
                      exact)
                << "listener " << n << " decodes the change on another sample";
            const auto found = find_departure(
                room.listeners[n].recording(), without, room.epoch,
                {.from_media = exact - 240, .to_media = exact + kSecond, .with = &with});
            if (!found) {
                ADD_FAILURE() << "listener " << n << ": the recording holds no change";
                continue;
            }
            lowest = std::min(lowest, found->media);
            highest = std::max(highest, found->media);
            const auto audible = departure_window(with, without, exact, found->threshold);
            ASSERT_TRUE(audible) << "listener " << n;
            EXPECT_TRUE(audible->holds(found->media))
                << "listener " << n << ": at " << found->media << ", not from " << audible->first
                << " to " << audible->last;
            // Noise up to 20 kHz, laid over the recording to a few hundredths of a frame.
            EXPECT_LE(found->threshold, 3e-2) << "listener " << n << ": not the sound it was sent";
            if (!sanitized_run()) {
                EXPECT_LE(std::abs(found->sounded_us), kBoundUs) << "listener " << n;
            }
        }
        std::cout << change.state << ": cue at media " << cue << ", departs at " << exact
                  << "; in the recordings it shows from " << lowest << " to " << highest << '\n';
    }
}

TEST(Lockstep, SixteenListenersHearTheSameSampleWithinAMillisecond) {
    const std::vector<std::string> sixteen = {"objective", "a", "b", "c", "d", "objective",
                                              "a",         "b", "c", "d", "a", "b",
                                              "c",         "d", "c", "d"};
    const std::vector<std::string> three = {"objective", "a", "a"};
    const bool timed = !sanitized_run();
    Room room;
    play_show(room, timed ? sixteen : three, timed ? 30.0 : 10.0);
    if (HasFatalFailure()) {
        return;
    }
    std::map<std::string, MediaReference> references;
    for (const Listener& listener : room.listeners) {
        const std::string& perspective = listener.spec().perspective;
        if (references.count(perspective) == 0) {
            ASSERT_EQ(room.streams.count(perspective), 1U) << perspective;
            references[perspective] = decode_stream(
                room.journal, StreamId{static_cast<std::uint8_t>(room.streams[perspective])});
        }
    }
    if (timed) {
        expect_true_stamps(room, references.at("objective"));
        for (const Listener& listener : room.listeners) {
            const ErrorReport report = measure_presentation_error(
                listener.recording(), references.at(listener.spec().perspective), room.epoch,
                {.from_media = room.segment.media});
            std::cout << summary(listener.spec().name, report) << "  ppm " << listener.spec().ppm
                      << "  " << listener.spec().perspective << '\n';
            EXPECT_LE(report.p99_us(), kBoundUs) << listener.spec().name;
            EXPECT_EQ(report.not_found, 0) << listener.spec().name;
            EXPECT_GE(report.windows.size(), 60U) << listener.spec().name;
        }
    }
    expect_same_sound_decoded(room);
    expect_changes_on_one_sample(room, references);
}

}  // namespace
}  // namespace earshot::test
