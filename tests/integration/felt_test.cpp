// What a body feels: with the sound, as long as the state says so, and only by those who ask.
#include "common/wire/envelope.hpp"
#include "common/wire/packet.hpp"
#include "tests/integration/raw_listener.hpp"
#include "tests/integration/room.hpp"
#include "tests/support/align.hpp"
#include "tests/support/json.hpp"
#include "tests/support/line_pipe.hpp"
#include "tests/support/media_reference.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numbers>
#include <set>

namespace earshot::test {
namespace {

constexpr std::int64_t kSecond = 48'000;
constexpr int kStroke = 9'600;  ///< Frames.

// The states of the perspective that is listened to: felt, nothing felt, full.
constexpr double kNumbFrom = 4.0;
constexpr double kNumbTo = 7.0;
constexpr double kEnd = 11.0;
constexpr const char* kShow = R"(title = "Felt"
rights = "own work"
states = ["numb.toml"]
[programme]
source = "file:programme.wav"
[[perspective]]
id = "body"
state = "felt"
[[cue]]
number = "1"
at = "00:00:04.000"
perspective = "body"
state = "numb"
fade = 100
[[cue]]
number = "2"
at = "00:00:07.000"
perspective = "body"
state = "full"
fade = 100
)";

/// Programme frames at which a low drum is struck, in no regular time.
std::vector<std::int64_t> strokes() {
    std::vector<std::int64_t> at;
    for (std::uint64_t n = 0; n < 24; ++n) {
        at.push_back(static_cast<std::int64_t>(
            (1.0 + 0.45 * static_cast<double>(n) + 0.08 * static_cast<double>(noise_at(3, n))) *
            kSecond));
    }
    return at;
}

/// The first 0.2 s of a stroke, as it is in the programme.
std::vector<float> stroke() {
    std::vector<float> sound;
    for (int i = 0; i < kStroke; ++i) {
        const double t = i / static_cast<double>(kSecond);
        sound.push_back(static_cast<float>(0.5 * std::exp(-t / 0.06) *
                                           std::sin(2.0 * std::numbers::pi * 70.0 * t)));
    }
    return sound;
}

Audio drums(double seconds) {
    Audio programme = busy_programme(48'000, 2, seconds, 11);
    for (auto& channel : programme.channels) {
        for (float& sample : channel) sample *= 0.1F;
        for (const std::int64_t at : strokes()) {
            auto frame = static_cast<std::size_t>(at);
            for (const float sample : stroke()) channel.at(frame++) += sample;
        }
    }
    return programme;
}

bool in_numb(double programme_s, double margin_s = 0.0) {
    return programme_s >= kNumbFrom - margin_s && programme_s < kNumbTo + margin_s;
}

/// A point as --on-haptic's command got it.
struct Told {
    std::int64_t raw_ns = 0;
    std::int64_t programme = 0;
    double rms = 0.0;
    double peak = 0.0;
    bool onset = false;
};

struct Scene {
    TempDir folder;
    MediaEpoch epoch;
    Segment segment;
    int stream = -1;
    std::vector<JournalPacket> journal;
    std::vector<Told> told;

    [[nodiscard]] std::int64_t media(std::int64_t programme) const {
        return segment.media + programme - segment.programme;
    }
    [[nodiscard]] MediaReference decoded(int companion) const {
        return decode_stream(
            journal,
            StreamId{static_cast<std::uint8_t>(stream + companion * wire::kMaxPerspectives)});
    }
};

std::vector<Told> parsed(const std::vector<LinePipe::Line>& lines) {
    std::vector<Told> told;
    for (const LinePipe::Line& line : lines) {
        const boost::json::value point = parse_json(line.text);
        told.push_back({line.raw_ns, std::llround(to_double(member(point, "time")) * kSecond),
                        to_double(member(point, "rms")), to_double(member(point, "peak")),
                        member(point, "onset").as_bool()});
    }
    return told;
}

/// Collects what a server sends to one that asks for companions, or does not.
struct RawEar {
    RawEar(std::uint16_t port, bool tactile, bool haptics) : socket(upgraded(port)) {
        v1::Hello hello = plain_hello();
        hello.set_perspective("body");
        if (tactile || haptics) {
            hello.mutable_companions()->set_tactile(tactile);
            hello.mutable_companions()->set_haptics(haptics);
        }
        EXPECT_TRUE(socket.send(web_socket_message(hello_envelope(hello))));
    }
    void receive() { bytes += socket.receive(1U << 20U, 100ms); }
    [[nodiscard]] std::set<int> streams() const {
        std::set<int> seen;
        for (const std::string& envelope : envelopes_in(bytes)) {
            if (envelope.size() > 1 && envelope[0] == static_cast<char>(wire::Kind::bundle)) {
                seen.insert(envelope[1]);
            }
        }
        return seen;
    }

    RawSocket socket;
    std::string bytes;
};

void expect_only_what_was_asked_for(std::uint16_t port, int stream) {
    RawEar nothing(port, false, false);
    RawEar points(port, false, true);
    RawEar all(port, true, true);
    for (int round = 0; round < 7; ++round) {
        for (RawEar* ear : {&nothing, &points, &all}) ear->receive();
    }
    EXPECT_EQ(nothing.streams(), (std::set<int>{stream}));
    EXPECT_EQ(points.streams(), (std::set<int>{stream, stream + 16}));
    EXPECT_EQ(all.streams(), (std::set<int>{stream, stream + 8, stream + 16}));
}

int stream_of(const Server& server, const std::string& perspective) {
    const boost::json::value status = server.status();
    for (const boost::json::value& stream : member(status, "streams").as_array()) {
        if (text_or_empty(stream, "perspective") == perspective) {
            return static_cast<int>(to_int(member(stream, "stream_id")));
        }
    }
    return -1;
}

void play(Scene& scene) {
    const TempDir& folder = scene.folder;
    write_audio(folder / "programme.wav", drums(kEnd + 4.0), FileFormat::wav_float);
    write_text(folder / "show.toml", kShow);
    write_text(folder / "numb.toml",
               "inherits = \"full\"\nlabel = \"Numb\"\n[vibration]\nshakers_db = \"off\"\n");
    // A command that says when it is started and passes on what it is fed.
    write_text(folder / "feel.sh", "echo started >> \"$1.starts\"\nexec cat > \"$1\"\n");
    LinePipe points(folder / "points");
    Server server(folder, {"--show", (folder / "show.toml").string(), "--start", "listeners:1",
                           "--journal-packets", (folder / "journal").string()});
    Listener listener(
        folder, server.url(),
        {.name = "skin",
         .perspective = "body",
         .ppm = 60.0,
         .offset_ms = 1'500.0,
         .more = {
             "--tactile-sink",
             "file:" + (folder / "tactile.wav").string() + ",ppm=-80,offset-ms=-2500",
             "--on-haptic",
             "/bin/sh " + (folder / "feel.sh").string() + " " + (folder / "points").string()}});
    ASSERT_TRUE(server.wait_for_phase("playing", 30s)) << server.process().errors();
    scene.epoch = server.epoch();
    scene.segment = server.playing_segment();
    scene.stream = stream_of(server, "body");
    expect_only_what_was_asked_for(server.port(), scene.stream);
    const auto last = scene.media(static_cast<std::int64_t>(kEnd * kSecond));
    ASSERT_TRUE(wait_until([&] { return server.media_now() >= last; }, 60s));
    EXPECT_EQ(listener.stop().exit_code, 0) << listener.process().errors();
    EXPECT_EQ(server.stop().exit_code, 0);
    scene.journal = read_journal(folder / "journal");
    scene.told = parsed(points.stop());
    EXPECT_EQ(read_text(folder / "points.starts"), "started\n") << listener.process().errors();
}

/// Each stroke is in the sound for the ears and in that for the skin, at the same time.
void expect_felt_with_the_sound(const Scene& scene, const MediaReference& tactile) {
    const MediaReference ears = scene.decoded(0);
    const std::vector<float> drum = stroke();
    int measured = 0;
    double worst = 0.0;
    for (const std::int64_t at : strokes()) {
        const double time = static_cast<double>(at) / kSecond;
        if (in_numb(time, 0.4) || time > kEnd - 0.5) continue;
        const auto find = [&](const MediaReference& in) {
            return align(drum, in.audio.channel(0),
                         static_cast<double>(scene.media(at) - in.first_media),
                         {.search_frames = 300, .min_correlation = 0.6});
        };
        const auto heard = find(ears);
        const auto felt = find(tactile);
        ASSERT_TRUE(heard) << "not heard: the stroke at " << time << " s";
        ASSERT_TRUE(felt) << "not felt: the stroke at " << time << " s";
        const double due = static_cast<double>(scene.media(at) - tactile.first_media);
        worst = std::max(worst, std::abs(felt->position - due));
        ++measured;
    }
    std::cout << measured << " strokes felt within " << worst / 48.0 << " ms of their sample\n";
    EXPECT_GE(measured, 12);
    EXPECT_LE(worst / 48.0, 2.0) << "ms";
}

/// The largest sample between two programme times.
float largest(const Scene& scene, const MediaReference& tactile, double from_s, double to_s) {
    float most = 0.0F;
    const auto frame = [&](double s) {
        return static_cast<std::size_t>(scene.media(static_cast<std::int64_t>(s * kSecond)) -
                                        tactile.first_media);
    };
    for (std::size_t at = frame(from_s); at < frame(to_s); ++at) {
        most = std::max(most, std::abs(tactile.audio.channel(0)[at]));
    }
    return most;
}

/// The points say how strong the sound for the skin is at their time, not sooner or later.
void expect_points_with_the_sound(const Scene& scene, const MediaReference& tactile) {
    const auto fits = [&](std::int64_t shift) {
        std::vector<float> points;
        std::vector<float> sound;
        for (const Told& told : scene.told) {
            const double time = static_cast<double>(told.programme) / kSecond;
            if (told.peak == 0.0 || in_numb(time, 0.2) || time < 1.0 || time > kEnd - 0.5) continue;
            const auto from =
                static_cast<std::size_t>(scene.media(told.programme) + shift - tactile.first_media);
            double power = 1e-6;
            for (const float x : tactile.audio.channel(0).subspan(from, 480)) {
                power += static_cast<double>(x) * static_cast<double>(x) / 480.0;
            }
            points.push_back(static_cast<float>(told.rms / 5.0));
            sound.push_back(static_cast<float>(10.0 * std::log10(power)));
        }
        for (auto* levels : {&points, &sound}) {
            float sum = 0.0F;
            for (const float level : *levels) sum += level;
            for (float& level : *levels) level -= sum / static_cast<float>(levels->size());
        }
        EXPECT_GT(points.size(), 300U);
        return correlation(points, sound);
    };
    double best = -1.0;
    std::int64_t at = 0;
    for (std::int64_t shift = -1'920; shift <= 1'920; shift += 240) {
        if (const double fit = fits(shift); fit > best) {
            best = fit;
            at = shift;
        }
    }
    std::cout << "points and sound: correlation " << best << ", " << at << " frames apart\n";
    EXPECT_GE(best, 0.8);
    EXPECT_LE(std::abs(at), 240);
}

void expect_points_in_their_moment(const Scene& scene) {
    std::vector<double> late_ms;
    int strokes_told = 0;
    int strokes_due = 0;
    for (const Told& told : scene.told) {
        const double time = static_cast<double>(told.programme) / kSecond;
        if (time < 1.0 || time > kEnd - 0.5) continue;
        EXPECT_FALSE(told.peak > 0.0 && in_numb(time, -0.15)) << "felt at " << time << " s";
        const auto due = static_cast<double>(scene.media(told.programme));
        late_ms.push_back((static_cast<double>(told.raw_ns) - scene.epoch.due_raw_ns(due)) * 1e-6);
    }
    for (const std::int64_t at : strokes()) {
        const double time = static_cast<double>(at) / kSecond;
        if (in_numb(time, 0.2) || time > kEnd - 0.5) continue;
        ++strokes_due;
        strokes_told += std::any_of(scene.told.begin(), scene.told.end(), [&](const Told& told) {
            return told.onset && std::abs(told.programme + 240 - at) <= 720;
        });
    }
    EXPECT_GE(strokes_told, 0.9 * strokes_due);
    ASSERT_GT(late_ms.size(), 300U);
    std::sort(late_ms.begin(), late_ms.end());
    std::cout << late_ms.size() << " points, told " << late_ms.front() << " to " << late_ms.back()
              << " ms after they were due, half of them by " << late_ms[late_ms.size() / 2]
              << " ms; " << strokes_told << " of " << strokes_due << " strokes\n";
    if (!sanitized_run()) {
        EXPECT_GE(late_ms.front(), -1.5);
        EXPECT_LE(late_ms[late_ms.size() / 2], 10.0);
    }
    ASSERT_FALSE(scene.told.empty());
    EXPECT_EQ(scene.told.back().peak, 0.0) << "the end of what was felt is told";
}

TEST(Felt, WithTheSoundAndOnlyByThoseWhoAsk) {
    Scene scene;
    play(scene);
    if (HasFatalFailure()) {
        return;
    }
    const MediaReference tactile = scene.decoded(1);
    expect_felt_with_the_sound(scene, tactile);
    EXPECT_GT(largest(scene, tactile, 1.0, 3.9), 0.05F);
    EXPECT_LE(largest(scene, tactile, kNumbFrom + 0.2, kNumbTo - 0.1), 1e-4F);
    EXPECT_GT(largest(scene, tactile, 7.5, 10.0), 0.05F);
    expect_points_with_the_sound(scene, tactile);
    expect_points_in_their_moment(scene);
    if (!sanitized_run()) {
        const ErrorReport report = measure_presentation_error(
            read_recording(scene.folder / "tactile.wav"), tactile, scene.epoch,
            {.window_s = 0.4, .from_media = scene.media(kSecond), .min_rms = 1e-2});
        std::cout << summary("skin", report) << '\n';
        EXPECT_GE(report.windows.size(), 15U);
        EXPECT_EQ(report.not_found, 0);
        EXPECT_LE(report.p99_us(), 1'000.0);
    }
}

}  // namespace
}  // namespace earshot::test
