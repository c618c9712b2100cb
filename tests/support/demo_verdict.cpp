#include "tests/support/demo_verdict.hpp"

#include "common/show/show.hpp"
#include "tests/support/align.hpp"
#include "tests/support/journal.hpp"
#include "tests/support/json.hpp"
#include "tests/support/listening_picture.hpp"
#include "tests/support/media_reference.hpp"
#include "tests/support/presentation_error.hpp"
#include "tests/support/recording.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <vector>

namespace earshot::test {
namespace {

constexpr double kUsPerFrame = 1e6 / 48'000.0;
constexpr std::int64_t kWindow = 4'800;

struct Heard {
    std::string name;
    std::string perspective;
    Recording recording;
    double lost = 0.0;
    double late = 0.0;
};

/// A finished demo, read from its folder.
struct Demo {
    MediaEpoch epoch;
    std::int64_t media_minus_programme = 0;
    std::int64_t last_media = 0;
    std::map<std::string, MediaReference> references;  ///< By perspective.
    std::vector<Heard> heard;
    show::Show show;
    std::vector<std::string> broken;  ///< Bounds, in words.
};

Demo read_demo(const VerdictSettings& settings) {
    Demo demo;
    auto show = show::load_show(settings.show);
    if (!show) {
        throw std::runtime_error(show.failure().text);
    }
    demo.show = std::move(*show);
    const boost::json::value start = read_json(settings.folder / "start.json");
    const boost::json::value status = read_json(settings.folder / "status.json");
    demo.epoch.raw_ns = to_int(member(start, "media_epoch_raw_ns"));
    for (const boost::json::value& segment : member(start, "timeline").as_array()) {
        if (to_double(member(segment, "rate")) > 0.0) {
            demo.media_minus_programme =
                to_int(member(segment, "media_time")) - to_int(member(segment, "programme_time"));
        }
    }
    demo.last_media = to_int(member(status, "media_time"));
    const auto journal = read_journal(settings.folder / "journal.packets");
    for (const boost::json::value& stream : member(status, "streams").as_array()) {
        const auto id = static_cast<std::uint8_t>(to_int(member(stream, "stream_id")));
        demo.references.emplace(std::string(text_or_empty(stream, "perspective")),
                                decode_stream(journal, StreamId{id}));
    }
    for (const boost::json::value& listener : member(status, "listeners").as_array()) {
        const std::string name(text_or_empty(listener, "name"));
        demo.heard.push_back({name, std::string(text_or_empty(listener, "perspective")),
                              read_recording(settings.folder / (name + ".wav")),
                              number_or(listener, "lost", 0.0), number_or(listener, "late", 0.0)});
    }
    std::sort(demo.heard.begin(), demo.heard.end(),
              [](const Heard& a, const Heard& b) { return a.name < b.name; });
    return demo;
}

void judge_listeners(Demo& demo) {
    std::printf("\n%-12s %-12s %9s %9s %9s %9s %6s %6s %8s  %s\n", "listener", "heard as",
                "crystal", "error p50", "p99", "max", "lost", "late", "windows", "verdict");
    std::printf("%-12s %-12s %9s %9s %9s %9s %6s %6s %8s\n", "", "", "ppm", "us", "us", "us", "",
                "", "");
    for (const Heard& heard : demo.heard) {
        ErrorSettings settings;
        settings.from_media = demo.media_minus_programme;
        settings.to_media = demo.last_media;
        const ErrorReport report = measure_presentation_error(
            heard.recording, demo.references.at(heard.perspective), demo.epoch, settings);
        std::string wrong;
        const auto refuse = [&](bool bad, const std::string& words) {
            if (bad) {
                wrong += (wrong.empty() ? "" : "; ") + words;
            }
        };
        refuse(report.windows.empty(), "nothing of the programme in its recording");
        refuse(report.p99_us() > kErrorBoundUs, "error p99 above 1000 us");
        refuse(report.not_found > 0,
               std::to_string(report.not_found) + " windows not where they should be");
        refuse(heard.lost > 0.0, "packets lost");
        std::printf("%-12s %-12s %+9.1f %9.1f %9.1f %9.1f %6.0f %6.0f %8zu  %s\n",
                    heard.name.c_str(), heard.perspective.c_str(), heard.recording.ppm(),
                    report.p50_us(), report.p99_us(), report.max_us(), heard.lost, heard.late,
                    report.windows.size(), wrong.empty() ? "ok" : "OUT OF BOUNDS");
        if (!wrong.empty()) {
            demo.broken.push_back(heard.name + ": " + wrong);
        }
    }
    if (demo.heard.empty()) {
        demo.broken.emplace_back("no listener was there");
    }
}

double rms(const MediaReference& reference, std::int64_t media) {
    const std::int64_t at = media - reference.first_media;
    if (at < 0 || media + kWindow > reference.end_media()) {
        return 0.0;
    }
    double sum = 0.0;
    for (const float sample :
         reference.audio.channel(0).subspan(static_cast<std::size_t>(at), kWindow)) {
        sum += static_cast<double>(sample) * static_cast<double>(sample);
    }
    return std::sqrt(sum / kWindow);
}

/// Where there is sound to find a change by: half a second before it to half a second after its
/// fade (which is longer than it says out of silence).
std::int64_t loudest_window(const MediaReference& reference, std::int64_t cue, std::int64_t fade) {
    std::int64_t best = cue - kWindow / 2;
    for (std::int64_t at = cue - 24'000; at <= cue + fade + 24'000; at += kWindow / 2) {
        if (rms(reference, at) > 2.0 * rms(reference, best)) {
            best = at;
        }
    }
    return best;
}

/// When a listener's recording plays the sound of a change, minus when it was due.
std::optional<double> change_error_us(const Demo& demo, const Heard& heard, std::int64_t media) {
    const double first =
        heard.recording.frame_at(demo.epoch.due_raw_ns(static_cast<double>(media)));
    if (first < 0.0 || first + kWindow > static_cast<double>(heard.recording.frames())) {
        return std::nullopt;
    }
    const MediaReference& reference = demo.references.at(heard.perspective);
    const auto frame = static_cast<std::size_t>(first);
    const double expected =
        demo.epoch.media_at(heard.recording.raw_ns(static_cast<double>(frame))) -
        static_cast<double>(reference.first_media);
    AlignSettings settings;
    settings.ratio = 1.0 / (1.0 + heard.recording.ppm() * 1e-6);
    settings.min_correlation = 0.95;
    const auto found = align(heard.recording.audio().channel(0).subspan(frame, kWindow),
                             reference.audio.channel(0), expected, settings);
    if (!found) {
        return std::nullopt;
    }
    return (expected - found->position) * kUsPerFrame;
}

/// True if the cue changes what its perspective was in.
bool changes_something(const Demo& demo, const show::Cue& cue) {
    std::string state = "full";
    double intensity = 1.0;
    for (const show::Perspective& perspective : demo.show.perspectives) {
        if (perspective.id == cue.perspective) {
            state = perspective.state;
            intensity = perspective.intensity;
        }
    }
    for (const show::Cue& earlier : demo.show.cues) {
        if (earlier.perspective == cue.perspective && earlier.at && *earlier.at < *cue.at) {
            state = earlier.state;
            intensity = earlier.intensity;
        }
    }
    return state != cue.state || intensity != cue.intensity;
}

/// First frames at which the recordings stop being full hearing: for the first change only, because
/// from then on the two streams differ.
void report_departure(Demo& demo, const show::Cue& cue, std::int64_t media) {
    const auto full = demo.references.find(std::string(show::kObjective));
    const auto changed = demo.references.find(cue.perspective);
    if (full == demo.references.end() || changed == demo.references.end()) {
        return;
    }
    const std::int64_t exact =
        first_difference(changed->second, full->second, demo.media_minus_programme + 4'800);
    std::printf(
        "      first sample that departs from full hearing: media %lld, %+.1f ms from the "
        "cue (a packet begins before what it holds)\n",
        static_cast<long long>(exact), static_cast<double>(exact - media) / 48.0);
    if (exact < media - 1'080 || exact > media + 48 * cue.fade.count()) {
        demo.broken.push_back("cue " + cue.number + " departs far from where it should");
        return;
    }
    double lowest = 1e18;
    double highest = -1e18;
    bool together = true;
    int found_by = 0;
    int expected_by = 0;
    for (const Heard& heard : demo.heard) {
        if (heard.perspective != cue.perspective) {
            continue;
        }
        ++expected_by;
        DepartureSettings settings;
        settings.from_media = exact - 240;
        settings.to_media = exact + 48'000;
        settings.with = &changed->second;
        const auto found = find_departure(heard.recording, full->second, demo.epoch, settings);
        if (found) {
            ++found_by;
            lowest = std::min(lowest, found->media);
            highest = std::max(highest, found->media);
            const auto due =
                departure_window(changed->second, full->second, exact, found->threshold);
            together = together && due && due->holds(found->media);
        }
    }
    if (found_by > 0) {
        std::printf(
            "      in the recordings it is loud enough to show from media %.1f to %.1f, %s\n",
            lowest, highest,
            together ? "each where it is due" : "and NOT where it is due in all of them");
    }
    if (found_by != expected_by || !together) {
        demo.broken.push_back("cue " + cue.number +
                              ": the recordings do not change on the same sample");
    }
}

void judge_changes(Demo& demo) {
    std::printf("\nchanges of hearing, as found in the recordings\n");
    std::printf("%-4s %-12s %-16s %-8s %12s %12s %12s\n", "cue", "at", "state", "found by",
                "first us", "last us", "apart us");
    bool first = true;
    for (const show::Cue& cue : demo.show.cues) {
        if (!cue.at || !changes_something(demo, cue)) {
            continue;
        }
        const std::int64_t media = demo.media_minus_programme + cue.at->time_since_epoch().count();
        const std::int64_t fade = 48 * cue.fade.count();
        const auto reference = demo.references.find(cue.perspective);
        if (reference == demo.references.end() || media + fade + 2 * kWindow > demo.last_media) {
            continue;  // the demo was cut short
        }
        const std::int64_t window = loudest_window(reference->second, media, fade);
        std::vector<double> errors;
        int listeners = 0;
        for (const Heard& heard : demo.heard) {
            if (heard.perspective == cue.perspective) {
                ++listeners;
                if (const auto error = change_error_us(demo, heard, window)) {
                    errors.push_back(*error);
                }
            }
        }
        const double low = errors.empty() ? 0.0 : *std::min_element(errors.begin(), errors.end());
        const double high = errors.empty() ? 0.0 : *std::max_element(errors.begin(), errors.end());
        std::printf("%-4s %-12s %-16s %zu of %d %14.1f %12.1f %12.1f\n", cue.number.c_str(),
                    show::format_programme_time(*cue.at).c_str(), cue.state.c_str(), errors.size(),
                    listeners, low, high, high - low);
        if (static_cast<int>(errors.size()) < listeners) {
            demo.broken.push_back("cue " + cue.number + " is missing in a recording");
        }
        if (high - low > kSpreadBoundUs ||
            std::max(std::abs(low), std::abs(high)) > kErrorBoundUs) {
            demo.broken.push_back("cue " + cue.number + " is more than 1000 us off or apart");
        }
        if (first) {
            report_departure(demo, cue, media);
        }
        first = false;
    }
}

void draw_picture(const Demo& demo, const VerdictSettings& settings) {
    for (const Heard& heard : demo.heard) {
        if (heard.perspective != settings.picture_of) {
            continue;
        }
        const Recording& recording = heard.recording;
        const auto frame = [&](std::int64_t media) {
            const double at = recording.frame_at(demo.epoch.due_raw_ns(static_cast<double>(media)));
            return static_cast<std::size_t>(
                std::clamp(at, 0.0, static_cast<double>(recording.frames())));
        };
        ListeningPicture picture;
        picture.title = demo.show.title;
        char subtitle[160];
        std::snprintf(subtitle, sizeof subtitle,
                      "What %s heard (%s, left ear): recorded at its own device, crystal %+.0f ppm",
                      heard.name.c_str(), heard.perspective.c_str(), recording.ppm());
        picture.subtitle = subtitle;
        const std::size_t from = frame(demo.media_minus_programme);
        const std::size_t to = std::max(from + 1, frame(demo.last_media));
        picture.sound = recording.audio().channel(0).subspan(from, to - from);
        picture.states.push_back({0.0, 0.0, "full"});
        for (const show::Cue& cue : demo.show.cues) {
            if (cue.perspective == heard.perspective && cue.at && changes_something(demo, cue)) {
                picture.states.push_back(
                    {static_cast<double>(cue.at->time_since_epoch().count()) / 48'000.0,
                     static_cast<double>(cue.fade.count()) / 1'000.0,
                     cue.name.empty() ? cue.state : cue.name});
            }
        }
        for (const show::Cue& cue : demo.show.cues) {
            if (cue.perspective == heard.perspective && cue.at &&
                cue.at->time_since_epoch().count() == 0 && !cue.name.empty()) {
                picture.states.front().label = cue.name;
            }
        }
        std::ofstream(settings.folder / "listening.svg", std::ios::binary) << draw(picture);
        std::printf("\npicture: %s\n", (settings.folder / "listening.svg").c_str());
        return;
    }
}

}  // namespace

bool judge_demo(const VerdictSettings& settings) {
    Demo demo = read_demo(settings);
    judge_listeners(demo);
    judge_changes(demo);
    draw_picture(demo, settings);
    if (demo.broken.empty()) {
        std::printf(
            "\nverdict: every figure is within its bound (error p99 <= 1000 us, nothing lost, "
            "changes together)\n");
        return true;
    }
    std::printf("\nverdict: OUT OF BOUNDS\n");
    for (const std::string& words : demo.broken) {
        std::printf("  %s\n", words.c_str());
    }
    return false;
}

}  // namespace earshot::test
