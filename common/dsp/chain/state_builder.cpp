#include "common/dsp/chain/state_builder.hpp"

#include "common/dsp/acoustic/band_gains.hpp"
#include "common/dsp/chain/crossfade.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

namespace earshot::dsp {
namespace {

constexpr std::size_t kEars = audio::kListenerChannels;
/// How far silence lies below the programme at the highest intensity that is not 1.
constexpr double kNearSilenceDb = -80.0;
/// Level in a band's detector for which the correlation of ways is foreseen: a film's dialogue.
constexpr double kForeseenDbSpl = 62.0;

const StateEar& ear_of(const HearingSettings& settings, std::size_t ear) {
    return ear == 0 ? settings.left : settings.right;
}

bool has_acoustic(const StateEar& ear) {
    return ear.path == EarPath::acoustic || ear.path == EarPath::mix;
}
bool has_implant(const StateEar& ear) {
    return ear.path == EarPath::implant || ear.path == EarPath::mix;
}

GlidingLevel level_of(const std::optional<double>& db) {
    return db ? GlidingLevel::at(*db) : GlidingLevel{};
}

/// The parts of one ear's ways (HEARING 3.4).
EarMix mix_of(const StateEar& ear, double intensity) {
    // An implant does not come by degrees: it crossfades with the sound as it is.
    const FadeGains part = fade_gains(intensity, 0.0);
    switch (ear.path) {
        case EarPath::bypass:
            return PreparedState::kBypass;
        case EarPath::acoustic:
            return {.acoustic = 1.0};
        case EarPath::implant:
            return {.bypass = part.from, .implant = part.to};
        case EarPath::mix: {
            const double share = 1.0 - ear.acoustic_share;
            return {.bypass = share * part.from,
                    .acoustic = ear.acoustic_share,
                    .implant = share * part.to};
        }
        case EarPath::silence:
            return {.bypass = intensity == 1.0 ? 0.0 : db_to_gain(kNearSilenceDb * intensity)};
    }
    return PreparedState::kBypass;
}

/// A layer's part of the mix. Its gain counts in dB as far as the state does.
LayerGains layer_gains(const StateLayer& layer, double intensity) {
    const bool silent = layer.gain_db <= kLayerGainDb.lowest;
    const double silent_db = kNearSilenceDb * intensity;
    const double gain = silent && intensity == 1.0
                            ? 0.0
                            : db_to_gain(silent ? silent_db : intensity * layer.gain_db);
    return layer.route == LayerRoute::inside ? LayerGains{.outside = 0.0, .inside = gain}
                                             : LayerGains{.outside = gain, .inside = 0.0};
}

AcousticEarSettings acoustic_of(const HearingSettings& settings, const StateEar& ear) {
    AcousticEarSettings out;
    out.sensory_hl = ear.sensory;
    out.conductive = ear.conductive;
    out.catch_up_db_spl = ear.recruitment.catch_up_db;
    out.recruit_release_ms = ear.recruitment.release_ms.value_or(0.0);
    out.cochlear_reference = settings.cochlear_reference ? 1.0 : 0.0;
    out.gain_db = settings.offset_db;
    out.temporal_smearing = ear.temporal.envelope;
    out.temporal_hz = ear.temporal.envelope_hz;
    out.fine_structure = ear.temporal.fine_structure;
    out.fine_structure_hz = ear.temporal.fine_structure_hz;
    out.hyperacusis_slope = ear.hyperacusis.slope;
    out.hyperacusis_knee_db_spl = ear.hyperacusis.knee_db_spl;
    out.diplacusis_cents = ear.diplacusis.cents;
    out.diplacusis_from_hz = ear.diplacusis.low_hz;
    out.diplacusis_to_hz = ear.diplacusis.high_hz;
    return out;
}

/// dB by which a band outside of what an ear lets through is turned down: 12 dB an octave.
double outside_db(const StateEar& ear, double intensity, double hz) {
    const double low = 20.0 * std::pow(ear.low_hz / 20.0, intensity);
    const double high = 20'000.0 * std::pow(ear.high_hz / 20'000.0, intensity);
    const double octaves = std::max({0.0, std::log2(low / hz), std::log2(hz / high)});
    return std::min(12.0 * octaves, 90.0);
}

/// dB by which water on sound's way turns a band down: a second-order low-pass that comes down to
/// 400 Hz, and a resonance of +4 dB at 450 Hz (HEARING 1.9). As gains of the bank, behind the
/// widened filters: in front of them a low-pass that moves makes their output noisy.
double water_db(double amount, double hz) {
    const double low_pass_hz = 20'000.0 * std::pow(400.0 / 20'000.0, amount);
    const double low_pass_db = 10.0 * std::log10(1.0 + std::pow(hz / low_pass_hz, 4.0));
    constexpr double kResonanceHz = 450.0;
    constexpr double kResonanceQ = 1.5;
    const double detune = kResonanceQ * (hz / kResonanceHz - kResonanceHz / hz);
    const double resonance_db = 4.0 * amount / (1.0 + detune * detune);
    return amount > 0.0 ? std::min(low_pass_db, 90.0) - resonance_db : 0.0;
}

ImplantSettings implant_of(const StateImplant& from) {
    ImplantSettings out;
    out.strategy = from.strategy == ImplantKind::n_of_m   ? ImplantStrategy::n_of_m
                   : from.strategy == ImplantKind::spiral ? ImplantStrategy::spiral
                                                          : ImplantStrategy::vocoder;
    out.channels = from.channels;
    out.low_hz = from.low_hz;
    out.high_hz = from.high_hz;
    out.width = from.width;
    out.emphasis_hz = from.emphasis_hz.value_or(0.0);
    out.compress = from.agc;
    out.envelope_hz = from.envelope_hz;
    out.noise = from.strategy == ImplantKind::noise  ? 1.0
                : from.strategy == ImplantKind::sine ? 0.0
                                                     : from.noise_share;
    out.shift_mm = from.shift_mm;
    out.spread_db_per_octave = from.spread_db_oct.value_or(0.0);
    out.selected = from.selected;
    out.loudness_steps = from.steps.value_or(0);
    out.frames_per_second = from.frames_per_second;
    out.comfort_db_spl = from.comfort_db_spl;
    out.pulse_rate_hz = from.pulse_hz.value_or(out.pulse_rate_hz);
    out.pulse_depth = from.pulse_hz ? from.pulse_depth : 0.0;
    out.ring_q = from.ring_q;
    out.ring = from.ring;
    out.output_low_hz = from.out_low_hz;
    out.output_high_hz = from.out_high_hz;
    out.level_db = from.level_db;
    out.ears_apart = from.ears_apart;
    return out;
}

TinnitusKind tinnitus_kind(RingingKind kind) {
    switch (kind) {
        case RingingKind::tone:
            return TinnitusKind::tone;
        case RingingKind::narrow_band:
            return TinnitusKind::narrow_band;
        case RingingKind::broadband:
            return TinnitusKind::broadband;
        case RingingKind::off:
            break;
    }
    return TinnitusKind::none;
}

TinnitusSettings tinnitus_of(const HearingSettings& settings, double calibration_db_spl) {
    TinnitusSettings tinnitus;
    tinnitus.calibration_db_spl = calibration_db_spl;
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        const StateTinnitus& from = ear_of(settings, ear).tinnitus;
        tinnitus.ears[ear].kind = tinnitus_kind(from.kind);
        tinnitus.ears[ear].frequency_hz = from.frequency_hz;
        tinnitus.ears[ear].bandwidth_octaves = from.bandwidth_oct;
        tinnitus.ears[ear].noise_share = from.noise_share;
        tinnitus.ears[ear].level_db_sl = from.level_sl_db;
    }
    return tinnitus;
}

/// How an ear hears the programme that masks its ringing, at full intensity.
void set_masker(const HearingSettings& settings, std::size_t index, MaskingSettings& masking) {
    constexpr double kMostLossDb = 120.0;
    const StateEar& ear = ear_of(settings, index);
    const double hz = ear.tinnitus.frequency_hz;
    masking.inhibition[index] = ear.tinnitus.inhibition;
    if (has_acoustic(ear)) {
        masking.hearing_loss_db[index] = std::clamp(ear.sensory.at(hz), 0.0, kMostLossDb);
        masking.attenuation_db[index] = std::max(0.0, ear.conductive.at(hz)) +
                                        outside_db(ear, 1.0, hz) + water_db(settings.water, hz) -
                                        settings.offset_db;
    } else if (ear.path == EarPath::silence) {
        masking.hearing_loss_db[index] = kMostLossDb;
    }
}

SlowHearingSettings slow_of(const HearingSettings& settings,
                            double calibration_db_spl,
                            const TinnitusParameters& tinnitus) {
    SlowHearingSettings slow;
    slow.tinnitus = tinnitus;
    slow.masking.calibration_db_spl = calibration_db_spl;
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        set_masker(settings, ear, slow.masking);
    }
    if (settings.tts.on) {
        // Where hours pass in seconds, so does what a masker leaves behind.
        constexpr double kMostMaskingKappa = 1'000.0;
        slow.masking.kappa = std::min(settings.tts.kappa, kMostMaskingKappa);
        slow.shift = TemporaryShiftSettings{.kappa = settings.tts.kappa,
                                            .calibration_db_spl = calibration_db_spl,
                                            .exposure_db = settings.tts.exposure_db};
    }
    return slow;
}

/// How much of the acoustic way's sound is still in step with its input; an estimate.
double coherence_of(const StateEar& ear, double intensity) {
    const bool widened = ear.smearing.lower > 1.0 || ear.smearing.upper > 1.0;
    const double smeared = widened ? ear.smearing.blend * intensity : 0.0;
    return (1.0 - 0.3 * smeared) * (1.0 - 0.4 * ear.temporal.fine_structure * intensity);
}

}  // namespace

bool needs_levels(const HearingSettings& settings) noexcept {
    return settings.tts.on || settings.left.tinnitus.kind != RingingKind::off ||
           settings.right.tinnitus.kind != RingingKind::off;
}

StateBuilder::StateBuilder(std::shared_ptr<const GammatoneBank> bank,
                           double calibration_db_spl,
                           std::shared_ptr<const ProgrammeLevels> levels)
    : bank_(std::move(bank)), calibration_db_spl_(calibration_db_spl), levels_(std::move(levels)) {}

Expected<StatePtr> StateBuilder::prepare(const HearingStateCard& card,
                                         const HearingSettings& settings,
                                         double intensity) {
    if (!(intensity >= 0.0 && intensity <= 1.0)) {  // NaN too
        return Failure{Errc::out_of_range, card.id + ": an intensity is 0 to 1"};
    }
    auto state = std::make_shared<PreparedState>();
    state->card = card;
    state->intensity = intensity;
    // What is felt does not depend on the ears, nor on how far the state goes.
    state->overlay.vibration.tactile = level_of(settings.shakers_db);
    if (intensity == 0.0) {
        state->mix = {PreparedState::kBypass, PreparedState::kBypass};
        return StatePtr(std::move(state));
    }
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
        state->layers[layer] = layer_gains(settings.layers[layer], intensity);
    }
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        state->mix[ear] = mix_of(ear_of(settings, ear), intensity);
    }
    std::optional<Failure> failure = add_acoustic(settings, intensity, *state);
    if (!failure) {
        failure = add_implants(settings, *state);
    }
    if (!failure) {
        failure = add_overlay(settings, intensity, *state);
    }
    if (failure) {
        return Failure{failure->code, card.id + ": " + failure->text};
    }
    add_slow(settings, *state);
    return StatePtr(std::move(state));
}

std::optional<Failure> StateBuilder::add_acoustic(const HearingSettings& settings,
                                                  double intensity,
                                                  PreparedState& state) {
    if (!state.uses_acoustic()) {
        return std::nullopt;
    }
    const AcousticSettings bank{
        .left = acoustic_of(settings, settings.left),
        .right = acoustic_of(settings, settings.right),
        .width = settings.width,
        .calibration_db_spl = settings.calibration_db.value_or(calibration_db_spl_)};
    auto parameters = make_acoustic_parameters(bank, intensity);
    if (!parameters) {
        return parameters.failure();
    }
    state.acoustic.bank = *parameters;
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        for (std::size_t band = 0; band < kBands; ++band) {
            const double db = outside_db(ear_of(settings, ear), intensity, band_hz(band)) +
                              water_db(settings.water * intensity, band_hz(band));
            state.acoustic.bank.ears[ear].conductive_db[band] += static_cast<float>(db);
        }
        state.coherence[ear] = coherence_of(ear_of(settings, ear), intensity);
    }
    add_smearing(settings, intensity, state);
    foresee_gains(state);
    return std::nullopt;
}

void StateBuilder::add_smearing(const HearingSettings& settings,
                                double intensity,
                                PreparedState& state) {
    const auto smeared = [&](const StateEar& ear) {
        return EarSmearing{.broadening = {ear.smearing.lower, ear.smearing.upper},
                           .amount = has_acoustic(ear) ? ear.smearing.blend : 0.0};
    };
    state.acoustic.smearing = make_smearing_parameters(
        smeared(settings.left), smeared(settings.right), intensity, matrices_);
    for (const SmearingParameters::Ear& ear : state.acoustic.smearing.ears) {
        for (const SmearingTerm& term : ear) {
            if (term.matrix != nullptr) {
                state.matrices.push_back(matrices_.get(term.matrix->broadening()));
            }
        }
    }
}

void StateBuilder::foresee_gains(PreparedState& state) const {
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        const AcousticEarParameters& parameters = state.acoustic.bank.ears[ear];
        // Three neighbours of this envelope give the detector that level.
        const double envelope =
            db_to_gain(kForeseenDbSpl + 1.2 - static_cast<double>(parameters.calibration_db_spl)) *
            std::sqrt(2.0 / 3.0);
        BandLanes envelopes{};
        BandLanes gains{};
        envelopes.fill(splat(static_cast<float>(envelope)));
        BandGains law(*bank_);
        law.set(parameters);
        law.evaluate(parameters, envelopes, gains);
        for (std::size_t group = 0; group < kGroups; ++group) {
            store_lanes(gains[group], state.band_gains[ear].data() + group * kLanes);
        }
    }
}

Expected<std::shared_ptr<const ImplantRecipe>> StateBuilder::recipe_of(
    const StateImplant& implant) {
    const auto known = std::find_if(recipes_.begin(), recipes_.end(),
                                    [&](const auto& one) { return one.first == implant; });
    if (known != recipes_.end()) {
        return known->second;
    }
    auto made = ImplantRecipe::make(implant_of(implant));
    if (!made) {
        return made.failure();
    }
    auto recipe = std::make_shared<const ImplantRecipe>(std::move(*made));
    recipes_.emplace_back(implant, recipe);
    return std::shared_ptr<const ImplantRecipe>(std::move(recipe));
}

std::optional<Failure> StateBuilder::add_implants(const HearingSettings& settings,
                                                  PreparedState& state) {
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        if (!has_implant(ear_of(settings, ear))) {
            continue;
        }
        auto recipe = recipe_of(ear_of(settings, ear).implant);
        if (!recipe) {
            return recipe.failure();
        }
        state.implants[ear] = *recipe;
    }
    return std::nullopt;
}

void StateBuilder::add_slow(const HearingSettings& settings, PreparedState& state) {
    if (levels_ == nullptr || !needs_levels(settings)) {
        return;
    }
    const double calibration = settings.calibration_db.value_or(calibration_db_spl_);
    const auto ringing = make_tinnitus_parameters(tinnitus_of(settings, calibration));
    const SlowHearingSettings slow = slow_of(settings, calibration, ringing->parameters);
    auto known = std::ranges::find(
        slow_, slow, [](const auto& one) -> const SlowHearingSettings& { return one.first; });
    if (known == slow_.end()) {
        slow_.emplace_back(slow, std::make_shared<const SlowHearing>(slow, *levels_));
        known = slow_.end() - 1;
    }
    state.slow = known->second;
}

std::optional<Failure> StateBuilder::add_overlay(const HearingSettings& settings,
                                                 double intensity,
                                                 PreparedState& state) const {
    const double calibration = settings.calibration_db.value_or(calibration_db_spl_);
    const auto ringing = make_tinnitus_parameters(tinnitus_of(settings, calibration), intensity);
    if (!ringing) {
        return ringing.failure();
    }
    state.overlay.tinnitus = ringing->parameters;
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        const StateTinnitus& from = ear_of(settings, ear).tinnitus;
        state.ringing[ear] = {.rise_s = from.rise_s, .decay_s = from.decay_s.value_or(0.0)};
    }

    InnerBodySettings body;
    body.heartbeat_dbfs = settings.inner.heartbeat_db;
    body.blood_dbfs = settings.inner.blood_db;
    body.breath_dbfs = settings.inner.breath_db;
    body.steps_dbfs = settings.inner.steps_db;
    body.beats_per_minute = settings.inner.heartbeat_bpm;
    body.breaths_per_minute = settings.inner.breath_bpm;
    body.steps_per_minute = settings.inner.steps_bpm;
    body.programme_db = settings.inner.programme_db;
    body.occlusion_db = settings.inner.occlusion_db;
    const auto inner = make_inner_body_parameters(body, intensity);
    if (!inner) {
        return inner.failure();
    }
    state.overlay.inner = *inner;

    state.overlay.vibration.stand_in = level_of(settings.stand_in_db);
    return std::nullopt;
}

}  // namespace earshot::dsp
