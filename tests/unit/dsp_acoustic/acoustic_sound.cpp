#include "tests/unit/dsp_acoustic/acoustic_sound.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace earshot::dsp::sound {
namespace {

/// Long enough for a gain to settle within 0.01 dB at 20 Hz, where detectors take 8 ms.
constexpr int kSettling = 4'800;
/// Whole periods of every frequency that is a multiple of 10 Hz.
constexpr int kMeasured = 4'800;

/// The larger of two errors by magnitude, with its sign.
double worse(double a, double b) {
    return std::abs(b) > std::abs(a) ? b : a;
}

}  // namespace

std::shared_ptr<const GammatoneBank> bank() {
    static const auto kBank = std::make_shared<const GammatoneBank>();
    return kBank;
}

AcousticSettings losses(const Audiogram& left, const Audiogram& right) {
    AcousticSettings settings;
    settings.left.sensory_hl = left;
    settings.right.sensory_hl = right;
    return settings;
}

AcousticSettings loss(const Audiogram& both) {
    return losses(both, both);
}

AcousticSettings everything() {
    AcousticSettings settings = losses(audiogram("N2"), audiogram("S1"));
    settings.left.conductive = Audiogram::flat(10.0);
    settings.left.temporal_smearing = 0.7;
    settings.left.fine_structure = 0.4;
    settings.left.fine_structure_hz = 130.0;
    settings.left.recruit_release_ms = 30.0;
    settings.right.diplacusis_cents = 35.0;
    settings.right.hyperacusis_slope = 1.3;
    settings.right.fine_structure = 0.2;
    settings.right.cochlear_reference = 0.5;
    settings.width = 0.7;
    return settings;
}

void run_from(AcousticEngine& engine,
              Stereo& inout,
              std::int64_t position,
              const std::vector<int>& blocks) {
    struct Positioned {
        AcousticEngine& engine;
        std::int64_t position;
        void process(audio::BlockView block) {
            engine.process(block, position);
            position += block.frames();
        }
    } positioned{engine, position};
    run(positioned, inout, blocks);
}

Stereo heard(const AcousticParameters& parameters,
             const Stereo& sound,
             std::int64_t position,
             const std::vector<int>& blocks) {
    AcousticEngine engine(bank());
    engine.set(parameters);
    Stereo out = sound;
    run_from(engine, out, position, blocks);
    out.left.erase(out.left.begin(), out.left.begin() + AcousticEngine::kLatency);
    out.right.erase(out.right.begin(), out.right.begin() + AcousticEngine::kLatency);
    return out;
}

Stereo heard(const AcousticSettings& settings,
             const Stereo& sound,
             std::int64_t position,
             const std::vector<int>& blocks) {
    return heard(make_acoustic_parameters(settings, 1.0).value(), sound, position, blocks);
}

double spl_of_amplitude_db(double amplitude_db) {
    return kDefaultCalibrationDbSpl + amplitude_db - 10.0 * std::log10(2.0);
}

double amplitude_of_spl(double level_db_spl) {
    return db_to_gain(level_db_spl - kDefaultCalibrationDbSpl) * std::sqrt(2.0);
}

Levels tone_levels(const AcousticSettings& settings, double hz, double level_db_spl) {
    const Stereo in =
        tone(hz, amplitude_of_spl(level_db_spl), kSettling + kMeasured + AcousticEngine::kLatency);
    const Stereo out = heard(settings, in);
    return {spl_of_amplitude_db(tone_db(out.left, hz, kSettling)),
            spl_of_amplitude_db(tone_db(out.right, hz, kSettling))};
}

double law_slope(double hl_db) {
    const double catch_up = std::max(105.0, hl_db + 20.0);
    return catch_up / (catch_up - hl_db);
}

double law(double hl_db, double level_db_spl, double catch_up) {
    const double level_of_catch_up = std::max(catch_up, hl_db + 20.0);
    const double slope = level_of_catch_up / (level_of_catch_up - hl_db);
    return level_db_spl + std::min(0.0, (slope - 1.0) * (level_db_spl - level_of_catch_up));
}

Audiogram audiogram(const std::string& name) {
    return name[0] == 'F' ? Audiogram::flat(std::stod(name.substr(1)))
                          : standard_audiogram(name).value();
}

ToneErrors worst_tone_errors(const Audiogram& left,
                             const Audiogram& right,
                             const std::vector<double>& frequencies_hz,
                             const std::vector<double>& levels_db_spl) {
    const AcousticSettings settings = losses(left, right);
    ToneErrors worst;
    for (const double hz : frequencies_hz) {
        for (const double level : levels_db_spl) {
            const double expected_left = law(left.at(hz), level);
            const double expected_right = law(right.at(hz), level);
            if (expected_left < 0.0 && expected_right < 0.0) {
                continue;
            }
            const Levels out = tone_levels(settings, hz, level);
            if (expected_left >= 0.0) {
                worst.left = worse(worst.left, out.left - expected_left);
            }
            if (expected_right >= 0.0) {
                worst.right = worse(worst.right, out.right - expected_right);
            }
        }
    }
    return worst;
}

}  // namespace earshot::dsp::sound
