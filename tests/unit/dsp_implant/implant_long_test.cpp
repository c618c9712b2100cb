// Longer runs of the engine than a unit test may take.
#include "common/base/level.hpp"
#include "common/dsp/implant/implant_engine.hpp"
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_implant/implant_sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace earshot::dsp {
namespace {

using namespace implant_test;

/// A strategy each, and everything at once.
std::vector<std::pair<std::string, ImplantSettings>> kinds() {
    ImplantSettings all = implant_day1();
    all.ears_apart = true;
    return {{"noise", noise_vocoder(6)},
            {"sine", sine_vocoder(22)},
            {"spiral", spiral(-8.0)},
            {"day 1", implant_day1()},
            {"day 1, ears apart", all}};
}

TEST(ImplantLong, SeekingGivesWhatPlayingGives) {
    for (const auto& [name, settings] : kinds()) {
        const double error = seek_error_dbfs(settings, 30'011, 9'600);
        std::cout << "  " << name << ": " << error << " dBFS\n";
        EXPECT_LE(error, -80.0) << name;
    }
}

TEST(ImplantLong, BringsTheEnvelopeOutAfterItsLatency) {
    // The swelling of a tone in the middle of the middle channel.
    for (const ImplantSettings& settings :
         {sine_vocoder(22), noise_vocoder(22), n_of_m(), spiral(-24.0)}) {
        const ImplantRecipe recipe = recipe_of(settings);
        const auto& channel = recipe.channels()[static_cast<std::size_t>(settings.channels / 2)];
        Sound in = tone(std::sqrt(channel.low_hz * channel.high_hz), 0.02, 48'000);
        for (std::size_t i = 0; i < in.size(); ++i) {
            in[i] *= static_cast<float>(
                1.0 - std::cos(2.0 * 3.14159265 * static_cast<double>(i) / 9'600.0));
        }
        const Sound out = through(settings, in);
        // 5 Hz: the phase of the output's swelling tells its delay.
        const auto phase = [&](const Sound& sound) {
            double re = 0.0;
            double im = 0.0;
            for (std::size_t i = 9'600; i < 48'000; ++i) {
                const double power = static_cast<double>(sound[i]) * static_cast<double>(sound[i]);
                const double angle = 2.0 * 3.14159265 * static_cast<double>(i) / 9'600.0;
                re += power * std::cos(angle);
                im += power * std::sin(angle);
            }
            return std::atan2(im, re);
        };
        double delay = (phase(out) - phase(in)) / (2.0 * 3.14159265) * 9'600.0;
        delay += delay < 0.0 ? 9'600.0 : 0.0;
        std::cout << "  " << delay << " frames, said " << channel.delay_frames << '\n';
        // 2 ms: noise has its own swelling, and neighbours' delays mix in.
        EXPECT_NEAR(delay, channel.delay_frames, 96.0);
        EXPECT_NEAR(delay, ImplantEngine::latency(), 160.0);
    }
}

TEST(ImplantLong, DiesAwayToNothingAfterHostileSound) {
    const auto repeated = [](int frames, auto value) {
        Sound sound;
        for (int i = 0; i < frames; ++i) {
            sound.push_back(static_cast<float>(value(i)));
        }
        return sound;
    };
    constexpr int kFrames = 2'400;
    const std::vector<std::pair<const char*, Sound>> hostile = {
        {"square", repeated(kFrames, [](int i) { return i / 24 % 2 == 0 ? 4.0 : -4.0; })},
        {"constant", repeated(kFrames, [](int) { return 1.0; })},
        {"Nyquist", repeated(kFrames, [](int i) { return i % 2 == 0 ? 1.0 : -1.0; })},
        {"huge", repeated(kFrames, [](int i) { return i % 7 == 0 ? 1e38 : -1e38; })},
        {"tiny", repeated(kFrames, [](int i) { return i % 3 == 0 ? 1e-40 : -1e-42; })},
        {"no numbers", repeated(kFrames, [](int i) {
             return i % 2 == 0 ? std::numeric_limits<double>::quiet_NaN()
                               : std::numeric_limits<double>::infinity();
         })}};
    for (const auto& [kind, settings] : kinds()) {
        const auto engine = engine_on(settings);
        for (const auto& [name, sound] : hostile) {
            engine->reset();
            Sound in = sound;
            in.resize(kFrames + 26'000);
            const Pair out = render(*engine, {in, in});
            EXPECT_TRUE(std::all_of(
                out.left.begin(), out.left.end(),
                [](float x) { return std::isfinite(x) && (x == 0.0F || std::abs(x) > 1.2e-38F); }))
                << kind << ", " << name;
            EXPECT_LT(largest(out.left), 64.0) << kind << ", " << name;
            EXPECT_LE(gain_to_db(largest(out.left, kFrames + 14'400)), -120.0)
                << kind << ", " << name;
            EXPECT_EQ(largest(out.left, kFrames + 24'000), 0.0) << kind << ", " << name;
        }
    }
}

/// dB an octave of a line through what the carriers get between two distances from an electrode.
double fitted_slope(const ImplantRecipe& recipe,
                    double electrode_hz,
                    double to_octaves,
                    const std::function<double(double)>& level_db) {
    double n = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0;
    for (const double hz : recipe.spiral_carriers()) {
        const double octaves = std::abs(std::log2(hz / electrode_hz));
        // The electrode's own skirts reach its neighbours: within half an octave the line is round.
        if (octaves < 0.5 || octaves > to_octaves || hz < 150.0 || hz > 9'000.0) {
            continue;
        }
        const double level = level_db(hz);
        n += 1.0;
        sx += octaves;
        sy += level;
        sxx += octaves * octaves;
        sxy += octaves * level;
    }
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

/// Power of a tone in a fourth-order Butterworth band, as a share.
double share_in_band(double hz, double low_hz, double high_hz) {
    const double x = (hz * hz - low_hz * high_hz) / (hz * (high_hz - low_hz));
    return 1.0 / (1.0 + x * x * x * x);
}

/// What a carrier gets of a tone that every electrode picks up through its band's skirts, dB:
/// M^2 = sum over electrodes of 10^(s/10 * octaves) E^2 (Grange et al. 2017).
double spread_db(const ImplantRecipe& recipe, double slope, double tone_hz, double carrier_hz) {
    double power = 0.0;
    for (const auto& channel : recipe.channels()) {
        const double octaves = std::abs(std::log2(carrier_hz / channel.carrier_hz));
        power += share_in_band(tone_hz, channel.low_hz, channel.high_hz) *
                 std::pow(10.0, 0.1 * slope * octaves);
    }
    return 10.0 * std::log10(power);
}

TEST(ImplantLong, D5SpreadsAnElectrodeAsItsSlopeSays) {
    ImplantSettings settings = spiral(-8.0);
    settings.emphasis_hz = 0.0;
    const ImplantRecipe recipe = recipe_of(settings);
    for (const std::size_t electrode : {8U, 12U}) {
        const auto& channel = recipe.channels()[electrode];
        const Sound out = through(settings, tone(channel.carrier_hz, 0.1, 62'400));
        const double measured = fitted_slope(recipe, channel.carrier_hz, 3.0,
                                             [&](double hz) { return sine_db(out, hz, 14'400); });
        test::expect_figure("electrode " + std::to_string(electrode), measured, "dB/oct",
                            test::within(0.5, -8.0));
    }
}

TEST(ImplantLong, D5SpreadsASharpArrayAsItsSlopeAndTheBandsSkirtsSay) {
    // A tone also reaches other electrodes, through the skirts of their bands, and they spread in
    // turn. With -8 dB/oct that is drowned; a sharp array's far carriers get most of theirs so. The
    // power that a single electrode hands out has the slope to the bit: D5FeedsCarriersAs...
    constexpr double kSlope = -24.0;
    ImplantSettings settings = spiral(kSlope);
    settings.emphasis_hz = 0.0;
    const ImplantRecipe recipe = recipe_of(settings);
    for (const std::size_t electrode : {8U, 12U}) {
        const double hz = recipe.channels()[electrode].carrier_hz;
        const Sound out = through(settings, tone(hz, 0.1, 62'400));
        const double measured = fitted_slope(
            recipe, hz, 1.5, [&](double carrier) { return sine_db(out, carrier, 14'400); });
        const double due = fitted_slope(recipe, hz, 1.5, [&](double carrier) {
            return spread_db(recipe, kSlope, hz, carrier);
        });
        const std::string name = "-24 dB/oct, electrode " + std::to_string(electrode);
        test::note_figure(name + ": with the skirts due", due, "dB/oct");
        test::note_figure(name + ": measured", measured, "dB/oct");
        test::expect_figure(name + ": measured over due", measured - due, "dB/oct",
                            test::within(0.5, 0.0));
    }
}

TEST(ImplantLong, D7MakesNothingAboveSixteenKilohertz) {
    ImplantSettings shifted = noise_vocoder(22);
    shifted.shift_mm = 4.0;
    ImplantSettings hard = implant_day1();
    hard.pulse_depth = 1.0;
    hard.pulse_rate_hz = 1'000.0;
    hard.ring = 1.0;
    ImplantSettings fast = n_of_m();
    fast.shift_mm = 4.0;
    fast.frames_per_second = 2'400;
    for (const ImplantSettings& settings :
         {shifted, sine_vocoder(24), spiral(-4.0), fast, hard, implant_day1()}) {
        // Every channel at its loudest: white noise of -10 dBFS rms.
        const Sound out = through(settings, noise(0.55, 14'400, 2));
        EXPECT_LT(level_above_dbfs(out, 16'000.0, 4'800), -80.0);
        EXPECT_GT(level_dbfs(out, 4'800), -40.0);
    }
}

}  // namespace
}  // namespace earshot::dsp
