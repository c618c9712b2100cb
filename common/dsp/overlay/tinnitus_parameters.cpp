#include "common/dsp/overlay/tinnitus_parameters.hpp"

#include "common/base/time.hpp"
#include "common/dsp/overlay/filter_power.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace earshot::dsp {
namespace {

using Ear = TinnitusParameters::Ear;

bool within(double value, double low, double high) noexcept {
    return value >= low && value <= high;  // false for NaN
}

/// What is wrong with an ear's settings; empty if nothing.
std::string fault_of(const TinnitusEar& ear) {
    if (!within(ear.frequency_hz, 100.0, 16'000.0)) {
        return "tinnitus frequency must lie between 100 and 16000 Hz";
    }
    if (!within(ear.bandwidth_octaves, 1.0 / 6.0 - 1e-9, 1.0)) {
        return "tinnitus bandwidth must lie between 1/6 and 1 octave";
    }
    if (!within(ear.noise_share, 0.0, 1.0)) {
        return "tinnitus noise share must lie between 0 and 1";
    }
    if (!within(ear.level_db_sl, 0.0, 80.0)) {
        return "tinnitus level must lie between 0 and 80 dB SL";
    }
    if (!within(ear.threshold_db_spl, -10.0, 60.0)) {
        return "tinnitus threshold must lie between -10 and 60 dB SPL";
    }
    return {};
}

/// Mean loudness weight of noise whose power density at a frequency is density(f).
template <class Density>
double mean_weight(double from_hz, double to_hz, const Density& density) {
    constexpr int kPoints = 400;
    double weighted = 0.0;
    double plain = 0.0;
    for (int i = 0; i < kPoints; ++i) {
        const double f = from_hz + (to_hz - from_hz) * (i + 0.5) / kPoints;
        weighted += density(f) * loudness_weight(f);
        plain += density(f);
    }
    return weighted / plain;
}

/// Loudness weight of an ear's mixture.
double weight_of(const Ear& ear) {
    const double f = std::exp(ear.log_frequency);
    const double half = 0.5 * tinnitus_bandwidth_hz(f, ear.bandwidth_octaves);
    const double narrow =
        mean_weight(std::max(1.0, f - 4.0 * half), std::min(24'000.0, f + 4.0 * half),
                    [=](double x) { return 1.0 / (1.0 + std::pow((x - f) / half, 4.0)); });
    const auto edge = BiquadCoefficients::high_pass(f, butterworth_q(2, 0));
    const double broad =
        mean_weight(1.0, 24'000.0, [&edge](double x) { return std::norm(edge.response(x)); });
    const double t = ear.tone * ear.tone;
    const double n = ear.narrow * ear.narrow;
    const double b = ear.broad * ear.broad;
    return (t * loudness_weight(f) + n * narrow + b * broad) / (t + n + b);
}

Ear make_ear(const TinnitusEar& from, double calibration_db_spl) {
    Ear ear;
    ear.log_frequency = std::log(from.frequency_hz);
    ear.bandwidth_octaves = from.bandwidth_octaves;
    if (from.kind == TinnitusKind::none) {
        return ear;
    }
    ear.level = GlidingLevel::at(from.threshold_db_spl + from.level_db_sl - calibration_db_spl);
    ear.narrow = from.kind == TinnitusKind::narrow_band ? 1.0 : 0.0;
    ear.broad = from.kind == TinnitusKind::broadband ? 1.0 : 0.0;
    ear.tone = 1.0 - ear.narrow - ear.broad;
    if (from.kind == TinnitusKind::tone) {
        ear.tone = 1.0 - from.noise_share;
        ear.narrow = from.noise_share;
    }
    return ear;
}

}  // namespace

double tinnitus_bandwidth_hz(double frequency_hz, double bandwidth_octaves) noexcept {
    return frequency_hz * 2.0 * std::sinh(0.5 * std::numbers::ln2 * bandwidth_octaves);
}

Expected<PreparedTinnitus> make_tinnitus_parameters(const TinnitusSettings& settings,
                                                    double intensity) {
    if (!within(settings.calibration_db_spl, 70.0, 130.0)) {
        return Failure{Errc::out_of_range, "calibration must lie between 70 and 130 dB SPL"};
    }
    if (!within(intensity, 0.0, 1.0)) {
        return Failure{Errc::out_of_range, "intensity must lie between 0 and 1"};
    }
    PreparedTinnitus made;
    double power = 0.0;
    for (std::size_t e = 0; e < settings.ears.size(); ++e) {
        if (std::string fault = fault_of(settings.ears[e]); !fault.empty()) {
            return Failure{Errc::out_of_range, std::move(fault)};
        }
        Ear& ear = made.parameters.ears[e];
        ear = make_ear(settings.ears[e], settings.calibration_db_spl);
        const double amplitude = ear.level.amplitude();
        power += amplitude > 0.0 ? amplitude * amplitude * weight_of(ear) : 0.0;
    }
    if (power > 0.0) {
        made.loudness_lufs = -0.691 + 10.0 * std::log10(power);
        made.lowered_db = std::max(0.0, made.loudness_lufs - kLoudestTinnitusLufs);
        made.loudness_lufs -= made.lowered_db;
    }
    for (Ear& ear : made.parameters.ears) {
        ear.level.db -= made.lowered_db + 40.0 * (1.0 - intensity);
        // The last twentieth of the way goes to nothing at all.
        ear.level.presence *= std::min(1.0, 20.0 * intensity);
    }
    return made;
}

void blend(std::span<const TinnitusParameters* const> states,
           std::span<const double> weights,
           TinnitusParameters& out) noexcept {
    if (const TinnitusParameters* only = only_state(states, weights)) {
        out = *only;
        return;
    }
    for (std::size_t e = 0; e < out.ears.size(); ++e) {
        using State = TinnitusParameters;
        const auto level = [e](const State& s) -> const GlidingLevel& { return s.ears[e].level; };
        const auto mean = [&](double Ear::*member) {
            return blend_present(
                states, weights, [=](const State& s) { return s.ears[e].*member; }, level);
        };
        Ear& ear = out.ears[e];
        ear.level = blend_level(states, weights, level);
        ear.log_frequency = mean(&Ear::log_frequency);
        ear.bandwidth_octaves = mean(&Ear::bandwidth_octaves);
        ear.tone = mean(&Ear::tone);
        ear.narrow = mean(&Ear::narrow);
        ear.broad = mean(&Ear::broad);
    }
}

}  // namespace earshot::dsp
