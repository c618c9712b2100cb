#include "common/dsp/acoustic/acoustic_parameters.hpp"

#include "common/base/assert.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>

namespace earshot::dsp {
namespace {

constexpr double kMostConductiveDb = 90.0;
constexpr double kLeastConductiveDb = -12.0;

using EarValues = std::array<float, sizeof(AcousticEarParameters) / sizeof(float)>;
static_assert(sizeof(EarValues) == sizeof(AcousticEarParameters));

/// One setting and the range it has to be in.
struct Bound {
    const char* name;
    double value;
    double least;
    double most;
};

std::optional<Failure> refusal(const std::string& where, std::span<const Bound> bounds) {
    for (const Bound& bound : bounds) {
        if (!(bound.value >= bound.least && bound.value <= bound.most)) {
            return Failure{Errc::out_of_range, where + bound.name + ": expected " +
                                                   std::to_string(bound.least) + " to " +
                                                   std::to_string(bound.most)};
        }
    }
    return std::nullopt;
}

std::optional<Failure> refusal(const std::string& ear, const AcousticEarSettings& s) {
    const auto by_db = [](const AudiogramPoint& a, const AudiogramPoint& b) { return a.db < b.db; };
    const auto points = s.conductive.points();
    const auto [least, most] = std::minmax_element(points.begin(), points.end(), by_db);
    const std::array<Bound, 15> bounds = {{
        {"conductive", least->db, kLeastConductiveDb, kMostConductiveDb},
        {"conductive", most->db, kLeastConductiveDb, kMostConductiveDb},
        {"catch_up_db_spl", s.catch_up_db_spl, 90.0, 130.0},
        {"recruit_release_ms", s.recruit_release_ms, 0.0, 200.0},
        {"cochlear_reference", s.cochlear_reference, 0.0, 1.0},
        {"gain_db", s.gain_db, -60.0, 12.0},
        {"temporal_smearing", s.temporal_smearing, 0.0, 1.0},
        {"temporal_hz", s.temporal_hz, 8.0, 64.0},
        {"fine_structure", s.fine_structure, 0.0, 1.0},
        {"fine_structure_hz", s.fine_structure_hz, 50.0, 500.0},
        {"hyperacusis_slope", s.hyperacusis_slope, 1.0, 2.0},
        {"hyperacusis_knee_db_spl", s.hyperacusis_knee_db_spl, 40.0, 100.0},
        {"diplacusis_cents", s.diplacusis_cents, -120.0, 120.0},
        {"diplacusis_from_hz", s.diplacusis_from_hz, 20.0, 20'000.0},
        {"diplacusis_to_hz", s.diplacusis_to_hz, s.diplacusis_from_hz, 20'000.0},
    }};
    return refusal(ear, bounds);
}

AcousticEarParameters make_ear(const AcousticEarSettings& s, double calibration, double intensity) {
    AcousticEarParameters ear;
    for (std::size_t k = 0; k < kBands; ++k) {
        const double hz = band_hz(k);
        const bool shifted = hz >= s.diplacusis_from_hz && hz <= s.diplacusis_to_hz;
        ear.sensory_db[k] = static_cast<float>(intensity * std::max(0.0, s.sensory_hl.at(hz)));
        ear.conductive_db[k] = static_cast<float>(intensity * s.conductive.at(hz));
        ear.cents[k] = shifted ? static_cast<float>(intensity * s.diplacusis_cents) : 0.0F;
    }
    ear.catch_up_db_spl = static_cast<float>(s.catch_up_db_spl);
    ear.calibration_db_spl = static_cast<float>(calibration);
    ear.release_ms = static_cast<float>(s.recruit_release_ms);
    ear.cochlear_reference = static_cast<float>(s.cochlear_reference);
    ear.gain_db = static_cast<float>(intensity * s.gain_db);
    ear.temporal_smearing = static_cast<float>(intensity * s.temporal_smearing);
    ear.temporal_log2_hz = static_cast<float>(std::log2(s.temporal_hz));
    ear.fine_structure = static_cast<float>(intensity * s.fine_structure);
    ear.fine_structure_log2_hz = static_cast<float>(std::log2(s.fine_structure_hz));
    ear.hyperacusis = static_cast<float>(intensity * (s.hyperacusis_slope - 1.0));
    ear.hyperacusis_knee_db_spl = static_cast<float>(s.hyperacusis_knee_db_spl);
    return ear;
}

}  // namespace

Expected<AcousticParameters> make_acoustic_parameters(const AcousticSettings& settings,
                                                      double intensity) {
    const std::array<Bound, 3> shared = {
        {{"intensity", intensity, 0.0, 1.0},
         {"width", settings.width, 0.0, 1.0},
         {"calibration_db_spl", settings.calibration_db_spl, 60.0, 140.0}}};
    if (auto failure = refusal("acoustic engine, ", shared)) {
        return *std::move(failure);
    }
    if (auto failure = refusal("acoustic engine, left ear, ", settings.left)) {
        return *std::move(failure);
    }
    if (auto failure = refusal("acoustic engine, right ear, ", settings.right)) {
        return *std::move(failure);
    }
    AcousticParameters result;
    result.ears[0] = make_ear(settings.left, settings.calibration_db_spl, intensity);
    result.ears[1] = make_ear(settings.right, settings.calibration_db_spl, intensity);
    result.width = static_cast<float>(1.0 - intensity * (1.0 - settings.width));
    return result;
}

void blend(std::span<const AcousticParameters* const> states,
           std::span<const double> weights,
           AcousticParameters& out) noexcept {
    EARSHOT_ASSERT(states.size() == weights.size());
    const auto whole = std::find(weights.begin(), weights.end(), 1.0);
    if (whole != weights.end()) {
        out = *states[static_cast<std::size_t>(whole - weights.begin())];
        return;
    }
    AcousticParameters sum;
    for (std::size_t ear = 0; ear < sum.ears.size(); ++ear) {
        std::array<double, std::tuple_size_v<EarValues>> values{};
        for (std::size_t i = 0; i < states.size(); ++i) {
            const auto of = std::bit_cast<EarValues>(states[i]->ears[ear]);
            for (std::size_t j = 0; j < of.size(); ++j) {
                values[j] += weights[i] * static_cast<double>(of[j]);
            }
        }
        EarValues rounded{};
        std::transform(values.begin(), values.end(), rounded.begin(),
                       [](double value) { return static_cast<float>(value); });
        sum.ears[ear] = std::bit_cast<AcousticEarParameters>(rounded);
    }
    double width = 0.0;
    for (std::size_t i = 0; i < states.size(); ++i) {
        width += weights[i] * static_cast<double>(states[i]->width);
    }
    sum.width = static_cast<float>(width);
    out = sum;
}

AcousticEarParameters midway(const AcousticEarParameters& a,
                             const AcousticEarParameters& b) noexcept {
    const auto from = std::bit_cast<EarValues>(a);
    const auto to = std::bit_cast<EarValues>(b);
    EarValues middle{};
    for (std::size_t i = 0; i < middle.size(); ++i) {
        middle[i] = 0.5F * (from[i] + to[i]);
    }
    return std::bit_cast<AcousticEarParameters>(middle);
}

}  // namespace earshot::dsp
