// Pause, seek, loop and relocate while listeners listen: one media time for all, no click, and the
// programme where the server says it is.
#include "tests/integration/room.hpp"
#include "tests/support/click_detector.hpp"
#include "tests/support/json.hpp"
#include "tests/support/media_reference.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <thread>

namespace earshot::test {
namespace {

constexpr std::int64_t kSecond = 48'000;

/// Left a steady tone, in which every click shows; right a sound whose every position is known.
Audio tone_and_position(double seconds) {
    Audio audio = busy_programme(48'000, 2, seconds, 9);
    audio.channels[0] = tone(48'000, 1, seconds, 997.0, 0.25F).channels[0];
    return audio;
}

/// Everything the server's programme map ever said.
class Timeline {
public:
    void note(const Server& server) {
        for (const Segment& segment : server.timeline()) {
            segments_[segment.epoch] = segment;
        }
    }
    [[nodiscard]] std::vector<Segment> segments() const {
        std::vector<Segment> result;
        for (const auto& [epoch, segment] : segments_) {
            // A segment may have been taken back by one that came to the same moment.
            while (!result.empty() && result.back().media >= segment.media) {
                result.pop_back();
            }
            result.push_back(segment);
        }
        return result;
    }

private:
    std::map<std::uint32_t, Segment> segments_;
};

void wait_and_note(const Server& server, Timeline& timeline, double seconds) {
    const std::int64_t until = server.media_now() + static_cast<std::int64_t>(seconds * kSecond);
    while (server.media_now() < until) {
        timeline.note(server);
        std::this_thread::sleep_for(50ms);
    }
    timeline.note(server);
}

/// Blocks of one epoch all lie on the line the server drew.
void expect_on_the_map(const DecodedTap& tap, const std::vector<Segment>& segments) {
    std::map<std::uint32_t, int> blocks;
    for (const DecodedTap::Entry& entry : tap.entries) {
        const auto segment =
            std::find_if(segments.begin(), segments.end(),
                         [&](const Segment& one) { return one.epoch == entry.epoch; });
        if (segment == segments.end() || segment->rate == 0.0) {
            continue;
        }
        ++blocks[entry.epoch];
        ASSERT_EQ(entry.media - entry.programme, segment->media - segment->programme)
            << "epoch " << entry.epoch << ", packet " << entry.sequence;
    }
    EXPECT_GE(blocks.size(), 5U) << "epochs that play";
}

void expect_programme_follows(const Recording& recording,
                              const Audio& programme,
                              const MediaEpoch& epoch,
                              const std::vector<Segment>& segments) {
    // The tone says nothing about position.
    const Audio right{48'000, {programme.channels[1]}};
    const Recording right_ear(
        {48'000, {recording.audio().channels[1]}},
        {{0, static_cast<std::int64_t>(recording.raw_ns(0.0))},
         {recording.frames(),
          static_cast<std::int64_t>(recording.raw_ns(static_cast<double>(recording.frames())))}},
        recording.ppm());
    std::size_t measured = 0;
    for (std::size_t n = 0; n < segments.size(); ++n) {
        const Segment& segment = segments[n];
        if (segment.rate == 0.0) {
            continue;
        }
        ErrorSettings settings;
        settings.min_correlation = 0.8;
        settings.step_s = 0.2;
        settings.from_media = segment.media;
        settings.to_media =
            n + 1 < segments.size() ? segments[n + 1].media : segment.media + kSecond;
        const ErrorReport report = measure_presentation_error(
            right_ear, lay_out_source(right, segment.programme, segment.media), epoch, settings);
        if (settings.to_media - segment.media < kSecond / 2) {
            continue;
        }
        SCOPED_TRACE("epoch " + std::to_string(segment.epoch) + " from programme frame " +
                     std::to_string(segment.programme));
        std::cout << summary("e" + std::to_string(segment.epoch), report) << '\n';
        EXPECT_EQ(report.not_found, 0);
        EXPECT_FALSE(report.windows.empty());
        if (!sanitized_run()) {
            EXPECT_LE(report.p99_us(), 1'000.0);
        }
        measured += report.windows.size();
    }
    EXPECT_GE(measured, 15U);
}

void expect_no_click(const Recording& recording,
                     const MediaEpoch& epoch,
                     const std::vector<Segment>& segments) {
    const auto left = recording.audio().channel(0);
    const auto around = [&](std::int64_t from, std::int64_t to) {
        const auto first = static_cast<std::size_t>(
            recording.frame_at(epoch.due_raw_ns(static_cast<double>(from))));
        return measure_clicks(left.subspan(first, static_cast<std::size_t>(to - from)));
    };
    // What coding alone leaves above 4 kHz, away from any change.
    const Segment& first = segments.at(1);
    const ClickMeasure steady = around(first.media + kSecond, first.media + kSecond + kSecond / 2);
    std::cout << "steady: above 4 kHz " << steady.peak_above_4k_dbfs << " dBFS, step "
              << steady.largest_step << '\n';
    for (std::size_t n = 1; n < segments.size(); ++n) {
        const std::int64_t at = segments[n].media;
        const ClickMeasure change = around(at - kSecond / 10, at + kSecond / 10);
        std::cout << "epoch " << segments[n].epoch << ": above 4 kHz " << change.peak_above_4k_dbfs
                  << " dBFS, step " << change.largest_step << '\n';
        // A tone of -12 dBFS cut without a fade leaves -25 dBFS up there. A fade of 20 ms leaves
        // -65 dBFS below full scale by itself; the codec's own noise lies above that.
        EXPECT_LE(change.peak_above_4k_dbfs, std::max(steady.peak_above_4k_dbfs + 10.0, -55.0))
            << "epoch " << segments[n].epoch;
        // Two tones that cross-fade add up to no more than the steeper one.
        EXPECT_LE(change.largest_step, steady.largest_step * 1.1) << "epoch " << segments[n].epoch;
    }
}

TEST(Transport, MovesAllListenersTogetherAndWithoutAClick) {
    TempDir folder;
    const Audio programme = tone_and_position(40.0);
    write_audio(folder / "programme.wav", programme, FileFormat::wav_float);
    write_text(folder / "show.toml",
               "title = \"Transport\"\nrights = \"own work\"\n[programme]\n"
               "source = \"file:programme.wav\"\n[[perspective]]\nid = \"subjective\"\n"
               "[[cue]]\nnumber = \"1\"\nat = \"00:00:15.000\"\nperspective = \"subjective\"\n"
               "state = \"muffled_inner\"\ncaption = \"[muffled]\"\n"
               "[[cue]]\nnumber = \"2\"\nat = \"00:00:36.000\"\nperspective = \"subjective\"\n"
               "state = \"full\"\ncaption = \"[clear]\"\n");
    Server server(folder,
                  {"--show", (folder / "show.toml").string(), "--shards", "3", "--start", "go"});
    std::vector<Listener> listeners =
        start_listeners(folder, server.url(), {"objective", "objective", "subjective"});
    ASSERT_TRUE(server.wait_for_listeners(3, 30s));
    Timeline timeline;
    wait_and_note(server, timeline, 1.5);
    ASSERT_EQ(server.transport(R"({"action":"go"})"), 200);
    wait_and_note(server, timeline, 2.5);
    ASSERT_EQ(server.transport(R"({"action":"pause"})"), 200);
    wait_and_note(server, timeline, 0.8);
    EXPECT_EQ(server.phase(), "paused");
    ASSERT_EQ(server.transport(R"({"action":"play"})"), 200);
    wait_and_note(server, timeline, 1.5);
    ASSERT_EQ(server.transport(R"({"action":"seek","at":"00:00:20.000"})"), 200);
    wait_and_note(server, timeline, 2.0);
    // Cues follow the programme: behind the jump the first one is in force.
    bool muffled = false;
    const boost::json::value status = server.status();
    for (const boost::json::value& stream : member(status, "streams").as_array()) {
        if (text_or_empty(stream, "perspective") == "subjective") {
            muffled = text_or_empty(stream, "state") == "muffled_inner";
        }
    }
    EXPECT_TRUE(muffled) << "after a seek beyond its cue";
    ASSERT_EQ(server.transport(R"({"action":"seek","at":"00:00:24.000"})"), 200);
    ASSERT_EQ(server.transport(R"({"action":"loop","from":"00:00:24.500","to":"00:00:26.000"})"),
              200);
    wait_and_note(server, timeline, 5.0);
    ASSERT_EQ(server.transport(R"({"action":"unloop"})"), 200);
    ASSERT_EQ(server.transport(R"({"action":"seek","at":"00:00:37.000"})"), 200);
    wait_and_note(server, timeline, 1.5);
    ASSERT_EQ(server.transport(R"({"action":"pause"})"), 200);
    wait_and_note(server, timeline, 0.7);
    EXPECT_NE(server.transport(R"({"action":"seek","at":"01:00:00.000"})"), 200);
    const MediaEpoch epoch = server.epoch();
    stop_all(listeners);
    EXPECT_EQ(server.stop().exit_code, 0);

    const std::vector<Segment> segments = timeline.segments();
    ASSERT_GE(segments.size(), 7U);
    std::vector<DecodedTap> taps;
    for (const Listener& listener : listeners) {
        SCOPED_TRACE(listener.spec().name + " " + listener.spec().perspective);
        taps.push_back(listener.tap());
        expect_on_the_map(taps.back(), segments);
        if (listener.spec().perspective != "objective") {
            continue;
        }
        const Recording recording = listener.recording();
        expect_programme_follows(recording, programme, epoch, segments);
        expect_no_click(recording, epoch, segments);
    }
    const TapComparison same = compare_taps(taps);
    EXPECT_EQ(same.different, 0) << same.first_difference;
    EXPECT_GT(same.compared, 200);
    // The listener's captions, as it shows them: none, then the cue's, then the next one's.
    std::vector<std::string> captions;
    for (const boost::json::value& line : listeners[2].stats()) {
        const std::string caption(text_or_empty(line, "caption"));
        if (captions.empty() || captions.back() != caption) {
            captions.push_back(caption);
        }
    }
    EXPECT_NE(std::find(captions.begin(), captions.end(), "[muffled]"), captions.end());
    EXPECT_FALSE(captions.empty());
    EXPECT_EQ(captions.empty() ? "" : captions.back(), "[clear]");
}

}  // namespace
}  // namespace earshot::test
