#pragma once

#include "common/dsp/audiogram.hpp"
#include "common/dsp/state/state_implant.hpp"
#include "common/dsp/state/value_range.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace earshot::dsp {

/// Which way the sound of one ear takes.
enum class EarPath {
    bypass,    ///< As it was mixed.
    acoustic,  ///< Through the ear: loss, recruitment, smearing.
    implant,   ///< Through an implant.
    mix,       ///< Through both, in shares.
    silence,   ///< None.
};
inline constexpr std::array<std::string_view, 5> kEarPathNames{"bypass", "acoustic", "implant",
                                                               "mix", "silence"};

/// Loss of frequency selectivity: how many times wider the auditory filters are.
/// Source: Baer & Moore, JASA 94, 1993, and 95, 1994 (HEARING 1.5).
struct StateSmearing {
    double lower = 1.0;  ///< Of the filters' lower sides; 1 is no broadening.
    double upper = 1.0;
    double blend = 1.0;  ///< Share of the smeared power, 0 to 1.

    friend bool operator==(const StateSmearing&, const StateSmearing&) = default;
};
inline constexpr ValueRange kSmearingBroadening{1, 6};

/// A degree of smearing and its name.
struct NamedSmearing {
    std::string_view name;
    double lower;
    double upper;
};
inline constexpr std::array<NamedSmearing, 4> kNamedSmearings{
    {{"none", 1.0, 1.0}, {"mild", 1.6, 1.1}, {"moderate", 2.4, 1.6}, {"severe", 4.0, 2.0}}};

/// Loss of time detail (HEARING 1.6).
struct StateTemporalSmearing {
    double envelope = 0.0;             ///< Share of smeared envelopes, 0 to 1.
    double envelope_hz = 16.0;         ///< Corner of what is left of them.
    double fine_structure = 0.0;       ///< Phase noise under 1.5 kHz, 0 to 1 (of +-pi).
    double fine_structure_hz = 200.0;  ///< How fast that phase moves.

    friend bool operator==(const StateTemporalSmearing&, const StateTemporalSmearing&) = default;
};
inline constexpr ValueRange kTemporalEnvelopeHz{8, 64};
inline constexpr ValueRange kFineStructureHz{50, 500};

/// How loudness catches up above a raised threshold (HEARING 1.4).
/// Source: Moore & Glasberg, JASA 94, 1993.
struct StateRecruitment {
    /// dB SPL where loudness has caught up; the engine keeps it 20 dB above the loss.
    double catch_up_db = 105.0;
    /// A slower release, for music; nothing: the detector's own.
    std::optional<double> release_ms{};

    friend bool operator==(const StateRecruitment&, const StateRecruitment&) = default;
};
inline constexpr ValueRange kCatchUpDb{90, 130};
inline constexpr ValueRange kRecruitmentReleaseMs{1, 200};

/// Sound that grows too loud above a knee (HEARING 1.10).
struct StateHyperacusis {
    double slope = 1.0;  ///< dB out for each dB in above the knee; 1 is none.
    double knee_db_spl = 65.0;

    friend bool operator==(const StateHyperacusis&, const StateHyperacusis&) = default;
};
inline constexpr ValueRange kHyperacusisSlope{1, 2};
inline constexpr ValueRange kHyperacusisKneeDbSpl{40, 100};

/// A pitch of its own in one ear (HEARING 1.11).
struct StateDiplacusis {
    double cents = 0.0;         ///< It takes a difference between the ears to be heard as such.
    double low_hz = 20.0;       ///< The region that is shifted, from …
    double high_hz = 20'000.0;  ///< … to.

    friend bool operator==(const StateDiplacusis&, const StateDiplacusis&) = default;
};
inline constexpr ValueRange kDiplacusisCents{-120, 120};

/// What rings in an ear.
enum class RingingKind {
    off,
    tone,         ///< With `noise_share` of narrow-band noise in it.
    narrow_band,  ///< Noise around the frequency.
    broadband,    ///< Noise above the frequency.
};
inline constexpr std::array<std::string_view, 4> kRingingKindNames{"off", "tone", "narrow_band",
                                                                   "broadband"};

/// Tinnitus of one ear (HEARING 1.8).
struct StateTinnitus {
    RingingKind kind = RingingKind::off;
    double frequency_hz = 6'000.0;
    double level_sl_db = 25.0;         ///< Above the threshold of a hearing audience.
    double bandwidth_oct = 1.0 / 3.0;  ///< Of narrow-band noise.
    double noise_share = 0.0;          ///< Of `tone`, 0 to 1.
    double rise_s = 0.6;               ///< How long it takes to come.
    /// Fades away with this time constant; nothing: it stays.
    std::optional<double> decay_s{};
    bool inhibition = true;  ///< Falls silent for a while after a long, loud sound.

    friend bool operator==(const StateTinnitus&, const StateTinnitus&) = default;
};
inline constexpr ValueRange kTinnitusHz{100, 16'000};
inline constexpr ValueRange kTinnitusLevelSlDb{0, 80};
inline constexpr ValueRange kTinnitusBandwidthOct{1.0 / 6.0, 1};
inline constexpr ValueRange kTinnitusRiseS{0.3, 10};
inline constexpr ValueRange kTinnitusDecayS{1, 600};

/// What a hearing state says of one ear. Plain data; the ranges stand beside each part.
struct StateEar {
    EarPath path = EarPath::bypass;
    double acoustic_share = 1.0;  ///< Of path `mix`: 1 all acoustic, 0 all implant.
    Audiogram sensory;            ///< dB HL; louder sounds catch up (recruitment).
    Audiogram conductive;         ///< dB of plain attenuation.
    double low_hz = 20.0;         ///< What the acoustic path lets through, from …
    double high_hz = 20'000.0;    ///< … to. 20 Hz and 20 kHz: everything.
    StateSmearing smearing;
    StateTemporalSmearing temporal;
    StateRecruitment recruitment;
    StateHyperacusis hyperacusis;
    StateDiplacusis diplacusis;
    StateTinnitus tinnitus;
    StateImplant implant;

    friend bool operator==(const StateEar&, const StateEar&) = default;
};
inline constexpr ValueRange kShare{0, 1};
inline constexpr ValueRange kSensoryDbHl{-20, 130};
inline constexpr ValueRange kConductiveDb{0, 90};
inline constexpr ValueRange kHearingHz{20, 20'000};

}  // namespace earshot::dsp
