#include "tests/unit/dsp_overlay/drums.hpp"

#include "common/base/level.hpp"
#include "common/dsp/overlay/position_noise.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <numbers>

namespace earshot::dsp::overlay_test {
namespace {

using sound::Stereo;

constexpr double kTurn = 2.0 * std::numbers::pi;

void add(Stereo& sound, int at, double seconds, const std::function<double(double)>& value) {
    const int frames = std::min(static_cast<int>(seconds * 48'000.0), sound.frames() - at);
    for (int i = 0; i < frames; ++i) {
        const auto x = static_cast<float>(value(i / 48'000.0));
        sound.left[static_cast<std::size_t>(at + i)] += x;
        sound.right[static_cast<std::size_t>(at + i)] += x;
    }
}

double noise(std::uint64_t seed, double t) {
    return position_noise(seed, static_cast<std::int64_t>(t * 48'000.0)).first;
}

/// From 110 Hz down to 50.
double kick(double t) {
    const double cycles = 50.0 * t + 60.0 * 0.03 * (1.0 - std::exp(-t / 0.03));
    return std::exp(-t / 0.12) * std::sin(kTurn * cycles) * std::min(1.0, t / 0.001);
}

double snare(std::uint64_t seed, double t) {
    return 0.5 * std::exp(-t / 0.08) * std::sin(kTurn * 190.0 * t) +
           0.6 * std::exp(-t / 0.1) * noise(seed, t);
}

}  // namespace

Drums drums(const DrumKit& kit) {
    Drums drums{Stereo(kit.seconds * 48'000), {}};
    const auto chance = [&kit](int n, std::uint64_t of) {
        return position_noise(kit.seed + of, n).first;
    };
    const auto eighth_frames = static_cast<int>(48'000.0 * 30.0 / kit.beats_per_minute);
    for (int eighth = 1; (eighth + 1) * eighth_frames < drums.sound.frames(); ++eighth) {
        const int at = eighth * eighth_frames + static_cast<int>(300.0 * chance(eighth, 1));
        const double hit = 0.35 * db_to_gain(4.0 * chance(eighth, 2));
        const bool on_snare = eighth % 4 == 2;
        if (eighth % 4 == 0 || (!on_snare && chance(eighth, 3) > 0.3)) {
            drums.kicks.push_back(at);
            add(drums.sound, at, 0.4, [=](double t) { return hit * kick(t); });
        }
        if (on_snare) {
            add(drums.sound, at, 0.3, [=](double t) { return hit * snare(kit.seed, t); });
        }
        if (eighth % 16 == 15) {
            add(drums.sound, at, 0.4, [=](double t) {
                return 0.8 * hit * std::exp(-t / 0.15) * std::sin(kTurn * 140.0 * t);
            });
        }
        add(drums.sound, at, 0.05,
            [=](double t) { return 0.15 * std::exp(-t / 0.02) * noise(kit.seed + 9, t); });
    }
    add(drums.sound, 0, kit.seconds, [&kit](double t) {
        const double note = std::fmod(t, 4.0) < 2.0 ? 55.0 : 73.4;
        return std::min(1.0, t / 0.2) * kit.bass * std::sin(kTurn * note * t);
    });
    return drums;
}

Felt felt(Vibration& vibration,
          const Stereo& in,
          std::int64_t position,
          const std::vector<int>& blocks) {
    Felt felt{in, {}};
    render_at(
        [&](audio::BlockView block, std::int64_t at) {
            std::array<HapticPoint, 16> points;
            const int made =
                vibration.process(block, at, block.channel(0), block.channel(1), points);
            felt.points.insert(felt.points.end(), points.begin(), points.begin() + made);
        },
        felt.audio, position, {}, blocks);
    return felt;
}

KickCount count_kicks(const DrumKit& kit) {
    const Drums played = drums(kit);
    Vibration vibration;
    std::vector<std::int64_t> flags;
    for (const HapticPoint& point : felt(vibration, played.sound).points) {
        if (point.onset) {
            flags.push_back(point.position + HapticPoint::kPeriod / 2);
        }
    }
    KickCount count;
    count.kicks = static_cast<int>(played.kicks.size());
    count.flags = static_cast<int>(flags.size());
    for (const int at : played.kicks) {
        std::int64_t nearest = 48'000;
        for (const std::int64_t flag : flags) {
            nearest = std::min(nearest, std::abs(flag - at));
        }
        if (nearest <= 720) {
            ++count.found;
            count.worst_ms = std::max(count.worst_ms, static_cast<double>(nearest) / 48.0);
        }
    }
    return count;
}

}  // namespace earshot::dsp::overlay_test
