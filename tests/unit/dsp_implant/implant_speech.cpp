#include "tests/unit/dsp_implant/implant_speech.hpp"

#include "common/base/level.hpp"
#include "common/base/time.hpp"

#include <ebur128.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>

namespace earshot::dsp::implant_test {
namespace {

constexpr int kSettled = 9'600;

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double loudness_lufs(const Sound& sound) {
    struct Close {
        void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
    };
    const std::unique_ptr<ebur128_state, Close> meter(
        ebur128_init(1, kSampleRateHz, EBUR128_MODE_I));
    ebur128_add_frames_float(meter.get(), sound.data(), sound.size());
    double lufs = 0.0;
    ebur128_loudness_global(meter.get(), &lufs);
    return lufs;
}

}  // namespace

SpeechReport report_on_speech(const std::string& name,
                              const ImplantSettings& settings,
                              int seconds,
                              std::uint32_t seed) {
    const Sound in = voice(seconds * kSampleRateHz, db_to_gain(-27.0), seed);
    const ImplantRecipe recipe = recipe_of(settings);
    const Sound out = through(settings, in);
    const auto own = envelope_correlations(recipe, in, out);
    const auto away = envelope_correlations(recipe, in, out, recipe.channels().size() / 2);
    SpeechReport report;
    report.worst_correlation = *std::min_element(own.begin(), own.end());
    report.median_correlation = median(own);
    report.worst_half_away = *std::max_element(away.begin(), away.end());
    report.median_half_away = median(away);
    std::vector<double> bands;
    for (const auto& channel : recipe.channels()) {
        bands.push_back(
            band_level_dbfs(out, channel.carrier_low_hz, channel.carrier_high_hz, kSettled) -
            band_level_dbfs(in, channel.low_hz, channel.high_hz, kSettled));
    }
    report.lowest_band_db = *std::min_element(bands.begin(), bands.end());
    report.highest_band_db = *std::max_element(bands.begin(), bands.end());
    report.total_db = level_dbfs(out, kSettled) -
                      band_level_dbfs(in, settings.low_hz, settings.high_hz, kSettled);
    report.under_150_db = level_below_dbfs(out, 150.0, kSettled) - level_dbfs(out, kSettled);
    report.loudness_lu = loudness_lufs(out) - loudness_lufs(in);
    std::cout << std::fixed << std::setprecision(2) << "  " << name << ", voice " << seed
              << ": r >= " << report.worst_correlation << ", median " << report.median_correlation
              << "; half a bank away <= " << report.worst_half_away << ", median "
              << report.median_half_away << "; bands " << report.lowest_band_db << " to "
              << report.highest_band_db << " dB, total " << report.total_db << " dB, "
              << report.loudness_lu << " LU; under 150 Hz " << report.under_150_db << " dB\n";
    return report;
}

}  // namespace earshot::dsp::implant_test
