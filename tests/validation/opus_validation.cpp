// D1 and E1 once more, of what listeners decode at 96 kbit/s.
#include "common/base/level.hpp"
#include "common/dsp/implant/implant_settings.hpp"
#include "common/dsp/overlay/tinnitus_parameters.hpp"
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/unit/dsp_implant/implant_sound.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"
#include "tests/validation/validation_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace earshot::dsp {
namespace {

using implant_test::Sound;
using validation::Stereo;

constexpr int kVoiceFrames = 4 * validation::kSecond;

/// Correlations of an implant's channels, decoded, with a voice's.
std::vector<double> decoded_correlations(const ImplantSettings& settings, std::uint32_t seed) {
    const Sound in = implant_test::voice(kVoiceFrames, db_to_gain(-27.0), seed);
    const Sound out = implant_test::through(settings, in);
    Stereo heard;
    heard.left = heard.right = out;
    const Stereo decoded = validation::through_opus(heard);
    return implant_test::envelope_correlations(implant_test::recipe_of(settings),
                                               Sound(in.begin(), in.begin() + decoded.frames()),
                                               decoded.left);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void expect_correlations(const std::string& name,
                         const ImplantSettings& settings,
                         double worst_bound,
                         double median_bound) {
    double worst = 1.0;
    double middle = 1.0;
    for (const std::uint32_t seed : {1U, 2U}) {
        const std::vector<double> correlations = decoded_correlations(settings, seed);
        worst = std::min(worst, *std::min_element(correlations.begin(), correlations.end()));
        middle = std::min(middle, median(correlations));
    }
    test::expect_figure(name + ", worst channel", worst, "", test::at_least(worst_bound));
    test::expect_figure(name + ", median channel", middle, "", test::at_least(median_bound));
}

TEST(Decoded, D1EnvelopesOfVocodersStay) {
    expect_correlations("8 sines", sine_vocoder(8), 0.95, 0.95);
    expect_correlations("22 sines", sine_vocoder(22), 0.95, 0.95);
    expect_correlations("8 noises", noise_vocoder(8), -1.0, 0.85);
    expect_correlations("22 noises", noise_vocoder(22), -1.0, 0.85);
}

TEST(Decoded, D1EnvelopesOfSelectionAndSpreadStay) {
    expect_correlations("n-of-m", n_of_m(), -1.0, 0.90);
    expect_correlations("SPIRAL, -8 dB/oct", spiral(-8.0), -1.0, 0.75);
}

/// Decoded ringing of one kind over silence, ten seconds of it.
struct Ringing {
    static constexpr int kFrames = 10 * validation::kSecond;
    Stereo sound;
    std::vector<double> spectrum;  ///< Of the left ear, in steps of 0.1 Hz.

    explicit Ringing(const StateTinnitus& tinnitus) {
        HearingSettings settings;
        settings.left.tinnitus = settings.right.tinnitus = tinnitus;
        const Stereo silence(kFrames + validation::kSecond);
        const Stereo decoded =
            validation::through_opus(sound::render_in(test::prepared(settings), silence));
        sound = validation::part(decoded, validation::kSecond / 2, kFrames);
        spectrum = overlay_test::power_spectrum(sound.left);
    }
    [[nodiscard]] double power(double low_hz, double high_hz) const {
        return overlay_test::band_power(spectrum, kFrames, low_hz, high_hz);
    }
};

TEST(Decoded, E1AToneHasItsPitchAndLevel) {
    for (const auto& [hz, level_sl] :
         {std::pair{6'000.0, 20.0}, std::pair{4'200.0, 35.0}, std::pair{8'000.0, 25.0}}) {
        const Ringing ringing(
            {.kind = RingingKind::tone, .frequency_hz = hz, .level_sl_db = level_sl});
        double moment = 0.0;
        double whole = 0.0;
        for (std::size_t bin = 0; bin < ringing.spectrum.size(); ++bin) {
            const double at = 0.1 * static_cast<double>(bin);
            if (std::abs(at - hz) < 0.02 * hz) {
                moment += at * ringing.spectrum[bin];
                whole += ringing.spectrum[bin];
            }
        }
        const std::string name = std::to_string(static_cast<int>(hz)) + " Hz";
        test::expect_figure(name + ": pitch off by", 100.0 * (moment / whole / hz - 1.0), "%",
                            test::within(0.1, 0.0));
        test::expect_figure(name + ": level off by",
                            validation::level_dbfs(ringing.sound.left) - (level_sl - 100.0), "dB",
                            test::within(0.5, 0.0));
    }
}

/// Width of the part of a band that is over half of its middle's density, Hz.
double half_width_hz(const Ringing& ringing, double centre_hz, double bandwidth_hz) {
    const double step = bandwidth_hz / 8.0;
    const double half = ringing.power(centre_hz - step, centre_hz + step) / 4.0;
    double width = 0.0;
    for (int n = -12; n < 12; ++n) {
        const double low = centre_hz + n * step;
        const double share = ringing.power(low, low + step) / half;
        width += step * std::clamp(share > 1.0 ? 1.0 : share - 0.5, 0.0, 1.0);
    }
    return width;
}

TEST(Decoded, E1NarrowBandsHaveTheirLevelWidthAndIndependentEars) {
    for (const double level_sl : {25.0, 40.0}) {
        const Ringing ringing({.kind = RingingKind::narrow_band,
                               .frequency_hz = 4'000.0,
                               .level_sl_db = level_sl,
                               .bandwidth_oct = 1.0 / 3.0});
        const std::string name = std::to_string(static_cast<int>(level_sl)) + " dB SL";
        const double wanted = tinnitus_bandwidth_hz(4'000.0, 1.0 / 3.0);
        test::expect_figure(name + ": level off by",
                            validation::level_dbfs(ringing.sound.left) - (level_sl - 100.0), "dB",
                            test::within(0.5, 0.0));
        test::expect_figure(name + ": bandwidth off by",
                            100.0 * (half_width_hz(ringing, 4'000.0, wanted) / wanted - 1.0), "%",
                            test::within(10.0, 0.0));
        test::expect_figure(name + ": correlation of the ears",
                            sound::correlation(ringing.sound.left, ringing.sound.right, 0), "",
                            test::within(0.1, 0.0));
    }
}

}  // namespace
}  // namespace earshot::dsp
