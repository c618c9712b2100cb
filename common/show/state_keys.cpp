#include "common/show/state_keys.hpp"

namespace earshot::show {
namespace {

template <class Enum>
void choice(StateKeys& keys,
            std::string_view key,
            Enum& value,
            std::span<const std::string_view> names) {
    auto index = static_cast<std::size_t>(value);
    keys.name(key, index, names);
    value = static_cast<Enum>(index);
}

template <class Keys>
void section(StateKeys& keys, std::string_view name, Keys&& visit) {
    if (keys.enter(name)) {
        visit();
        keys.leave();
    }
}

void visit_tinnitus(StateKeys& keys, dsp::StateTinnitus& tinnitus) {
    choice(keys, "kind", tinnitus.kind, dsp::kRingingKindNames);
    keys.number("frequency_hz", tinnitus.frequency_hz, dsp::kTinnitusHz);
    keys.number("level_sl_db", tinnitus.level_sl_db, dsp::kTinnitusLevelSlDb);
    keys.number("bandwidth_oct", tinnitus.bandwidth_oct, dsp::kTinnitusBandwidthOct);
    keys.number("noise_share", tinnitus.noise_share, dsp::kShare);
    keys.number("rise_s", tinnitus.rise_s, dsp::kTinnitusRiseS);
    keys.number_or("stays", "decay_s", tinnitus.decay_s, dsp::kTinnitusDecayS);
    keys.flag("inhibition", tinnitus.inhibition);
}

void visit_implant(StateKeys& keys, dsp::StateImplant& implant) {
    choice(keys, "strategy", implant.strategy, dsp::kImplantKindNames);
    keys.whole("channels", implant.channels, dsp::kImplantChannels);
    keys.whole("selected", implant.selected, dsp::kImplantChannels);
    keys.band("range_hz", {implant.low_hz, dsp::kImplantLowHz},
              {implant.high_hz, dsp::kImplantHighHz});
    keys.band("output_hz", {implant.out_low_hz, dsp::kImplantOutLowHz},
              {implant.out_high_hz, dsp::kImplantOutHighHz});
    keys.number_or("off", "emphasis_hz", implant.emphasis_hz, dsp::kImplantEmphasisHz);
    keys.flag("agc", implant.agc);
    keys.number("envelope_hz", implant.envelope_hz, dsp::kImplantEnvelopeHz);
    keys.number("noise_share", implant.noise_share, dsp::kShare);
    keys.whole_or("off", "steps", implant.steps, dsp::kImplantSteps);
    keys.whole("frames_per_second", implant.frames_per_second, dsp::kImplantFrameRate);
    keys.number("comfort_db_spl", implant.comfort_db_spl, dsp::kImplantComfortDbSpl);
    keys.number("shift_mm", implant.shift_mm, dsp::kImplantShiftMm);
    keys.number_or("off", "spread_db_oct", implant.spread_db_oct, dsp::kImplantSpreadDbOct);
    keys.number_or("off", "pulse_hz", implant.pulse_hz, dsp::kImplantPulseHz);
    keys.number("pulse_depth", implant.pulse_depth, dsp::kShare);
    keys.number("ring", implant.ring, dsp::kShare);
    keys.number("ring_q", implant.ring_q, dsp::kImplantRingQ);
    keys.number("width", implant.width, dsp::kShare);
    keys.number("level_db", implant.level_db, dsp::kImplantLevelDb);
    keys.flag("ears_apart", implant.ears_apart);
}

}  // namespace

void visit_ear(StateKeys& keys, dsp::StateEar& ear) {
    choice(keys, "path", ear.path, dsp::kEarPathNames);
    keys.number("acoustic_share", ear.acoustic_share, dsp::kShare);
    keys.audiogram("sensory", "sensory_axis", ear.sensory, dsp::kSensoryDbHl);
    keys.audiogram("conductive", "conductive_axis", ear.conductive, dsp::kConductiveDb);
    keys.band("band_hz", {ear.low_hz, dsp::kHearingHz}, {ear.high_hz, dsp::kHearingHz});
    keys.smearing("smearing", ear.smearing);
    keys.number("smearing_blend", ear.smearing.blend, dsp::kShare);
    section(keys, "temporal", [&] {
        keys.number("envelope", ear.temporal.envelope, dsp::kShare);
        keys.number("envelope_hz", ear.temporal.envelope_hz, dsp::kTemporalEnvelopeHz);
        keys.number("fine_structure", ear.temporal.fine_structure, dsp::kShare);
        keys.number("fine_structure_hz", ear.temporal.fine_structure_hz, dsp::kFineStructureHz);
    });
    section(keys, "recruitment", [&] {
        keys.number("catch_up_db", ear.recruitment.catch_up_db, dsp::kCatchUpDb);
        keys.number_or("own", "release_ms", ear.recruitment.release_ms, dsp::kRecruitmentReleaseMs);
    });
    section(keys, "hyperacusis", [&] {
        keys.number("slope", ear.hyperacusis.slope, dsp::kHyperacusisSlope);
        keys.number("knee_db_spl", ear.hyperacusis.knee_db_spl, dsp::kHyperacusisKneeDbSpl);
    });
    section(keys, "diplacusis", [&] {
        dsp::StateDiplacusis& diplacusis = ear.diplacusis;
        keys.number("cents", diplacusis.cents, dsp::kDiplacusisCents);
        keys.band("region_hz", {diplacusis.low_hz, dsp::kHearingHz},
                  {diplacusis.high_hz, dsp::kHearingHz});
    });
    section(keys, "tinnitus", [&] { visit_tinnitus(keys, ear.tinnitus); });
    section(keys, "implant", [&] { visit_implant(keys, ear.implant); });
}

void visit_shared(StateKeys& keys, dsp::HearingSettings& settings) {
    keys.number_or("show", "calibration_db", settings.calibration_db, dsp::kCalibrationDb);
    keys.flag("cochlear_reference", settings.cochlear_reference);
    keys.number("offset_db", settings.offset_db, dsp::kOffsetDb);
    keys.number("width", settings.width, dsp::kShare);
    section(keys, "water", [&] { keys.number("amount", settings.water, dsp::kShare); });
    section(keys, "vibration", [&] {
        keys.number_or("off", "shakers_db", settings.shakers_db, dsp::kShakersDb);
        keys.number_or("off", "stand_in_db", settings.stand_in_db, dsp::kStandInDb);
    });
    section(keys, "inner", [&] {
        dsp::StateInnerBody& inner = settings.inner;
        keys.number("occlusion_db", inner.occlusion_db, dsp::kOcclusionDb);
        keys.number_or("off", "programme_db", inner.programme_db, dsp::kInnerProgrammeDb);
        keys.number_or("off", "heartbeat_db", inner.heartbeat_db, dsp::kInnerLevelDb);
        keys.number("heartbeat_bpm", inner.heartbeat_bpm, dsp::kHeartbeatBpm);
        keys.number_or("off", "blood_db", inner.blood_db, dsp::kInnerLevelDb);
        keys.number_or("off", "breath_db", inner.breath_db, dsp::kInnerLevelDb);
        keys.number("breath_bpm", inner.breath_bpm, dsp::kBreathBpm);
        keys.number_or("off", "steps_db", inner.steps_db, dsp::kInnerLevelDb);
        keys.number("steps_bpm", inner.steps_bpm, dsp::kStepsBpm);
    });
    section(keys, "tts", [&] {
        keys.flag("on", settings.tts.on);
        keys.number("kappa", settings.tts.kappa, dsp::kKappa);
        keys.number("exposure_db", settings.tts.exposure_db, dsp::kExposureDb);
    });
    section(keys, "layers", [&] {
        for (std::size_t i = 0; i < settings.layers.size(); ++i) {
            section(keys, dsp::kLayerNames[i], [&] {
                keys.number("gain_db", settings.layers[i].gain_db, dsp::kLayerGainDb);
                choice(keys, "route", settings.layers[i].route, dsp::kLayerRouteNames);
            });
        }
    });
}

}  // namespace earshot::show
