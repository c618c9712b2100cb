// Vectors of what follows a sound device: DelayLockedLoop, DeviceClock, PlayoutLoop.
#include "common/sync/delay_locked_loop.hpp"
#include "common/sync/device_clock.hpp"
#include "common/sync/playout_loop.hpp"
#include "tests/support/sim_device.hpp"
#include "tests/support/sim_random.hpp"
#include "tests/support/sync_vectors.hpp"
#include "tests/support/vector_file.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

template <class Instant>
[[nodiscard]] std::int64_t ns(Instant instant) {
    return instant.time_since_epoch().count();
}

/// Frames ahead of the newest report that is asked for.
constexpr std::int64_t kAhead = 1'920;

}  // namespace

std::string delay_locked_loop_vectors() {
    VectorFile file;
    file.member("update",
                "frame, seconds, value 1920 frames on, slope, age, frame "
                "at the seconds");
    file.member("reset", "frame, seconds, 1 if the slope is kept");
    file.member("shift", "seconds");
    constexpr double kSlope = 1.0 / kSampleRateHz;
    file.member("slope", kSlope);
    file.member("frames_per_second", double{kSampleRateHz});
    file.open("events", '[');
    SimRandom random(5);
    sync::DelayLockedLoop loop(kSlope, kSampleRateHz);
    std::int64_t frame = 4'800;
    double moved_s = 0.0;
    for (int i = 0; i < 130; ++i) {
        // Reports come each 10 to 190 ms, of a crystal at +80 ppm, 200 us apart.
        frame += static_cast<std::int64_t>(random.between(480.0, 9'120.0));
        if (i == 60) {
            moved_s += 0.25;
            loop.shift(0.25);
            file.row({"shift", 0.25});
        }
        const double seconds = static_cast<double>(frame) * kSlope / (1.0 + 80e-6) + moved_s +
                               random.between(-100e-6, 100e-6);
        if (i == 80 || i == 110) {
            loop.reset(frame, seconds, i == 80);
            file.row({"reset", frame, seconds, std::int64_t{i == 80}});
            continue;
        }
        loop.update(frame, seconds);
        file.row({"update", frame, seconds, loop.value(frame + kAhead), loop.slope(), loop.age_s(),
                  loop.frame(seconds)});
    }
    return file.finish();
}

std::string device_clock_vectors() {
    VectorFile file;
    file.member("update",
                "frames, at, 1 if it was used, instant of 1920 frames on, "
                "frames at the instant, rate, ppm, jumps, 1 if locked");
    file.member("rate_hz", double{kSampleRateHz});
    file.open("events", '[');
    const Oscillator clock(OscillatorModel{.ppm = -30.0});
    SimulatedDevice device(7, {.ppm = 70.0, .period = 4'096, .jitter_us = 400.0});
    sync::DeviceClock sink;
    const auto update = [&](std::int64_t frames, LocalInstant at) {
        const bool used = sink.update(frames, at);
        file.row({"update", frames, ns(at), std::int64_t{used},
                  ns(sink.instant_of(frames + kAhead)), sink.frames_at(at), sink.rate_hz(),
                  sink.rate_ppm(), static_cast<std::int64_t>(sink.jumps()),
                  std::int64_t{sink.locked()}});
    };
    for (int i = 0; i < 120; ++i) {
        const std::int64_t frame = 4'096 * (i + 1);
        if (i == 50) {  // one that does not go forward, one that nobody believes
            update(frame - 4'096, device.report(frame - 4'096, clock));
            update(frame - 2'048, device.report(frame, clock) + 40ms);
        }
        if (i == 70) {
            device.stand(0.3);
        }
        if (i == 100) {
            device.stand(1.0);
            sink.restart();
            file.row({"restart"});
        }
        update(frame, device.report(frame, clock));
    }
    return file.finish();
}

std::string playout_loop_vectors() {
    VectorFile file;
    file.member("restart", "feed-forward, correction");
    file.member("update",
                "error in s, feed-forward, elapsed, 1 if it is to be "
                "re-anchored, correction");
    file.open("events", '[');
    SimRandom random(9);
    sync::PlayoutLoop loop;
    constexpr double kElapsedS = 0.1;
    constexpr double kUnknownPpm = 45.0;
    loop.restart(-60.0);
    file.row({"restart", -60.0, loop.correction_ppm()});
    double error_s = 1.5e-3;
    for (int i = 0; i < 330; ++i) {
        // A better fit: the schedule moves, and the feed-forward knows more of the skew.
        const double known_ppm = i < 120 ? -60.0 : -60.0 + 0.8 * kUnknownPpm;
        error_s += (-60.0 + kUnknownPpm - loop.correction_ppm()) * 1e-6 * kElapsedS;
        error_s += i == 120 ? 300e-6 : 0.0;
        error_s += i == 200 ? 6e-3 : 0.0;    // worked off along the braking curve
        error_s += i == 260 ? -30e-3 : 0.0;  // comes back before it counts
        error_s += i == 262 ? 30e-3 : 0.0;
        error_s += i == 280 ? 30e-3 : 0.0;  // jumped
        const double seen_s = error_s + random.between(-15e-6, 15e-6);
        const auto action = loop.update(seen_s, known_ppm, kElapsedS);
        const bool reanchor = action == sync::PlayoutLoop::Action::reanchor;
        file.row({"update", seen_s, known_ppm, kElapsedS, std::int64_t{reanchor},
                  loop.correction_ppm()});
        if (reanchor) {
            error_s = 0.0;
            loop.reanchored();
            file.row({"reanchored"});
        }
    }
    loop.restart(900.0);
    file.row({"restart", 900.0, loop.correction_ppm()});
    return file.finish();
}

}  // namespace earshot::test
