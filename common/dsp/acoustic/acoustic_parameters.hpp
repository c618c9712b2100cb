#pragma once

#include "common/base/errc.hpp"
#include "common/base/level.hpp"
#include "common/dsp/acoustic/gammatone_bank.hpp"
#include "common/dsp/audiogram.hpp"

#include <array>
#include <span>

namespace earshot::dsp {

/// One ear of the acoustic engine, as people set it. The defaults do nothing.
struct AcousticEarSettings {
    Audiogram sensory_hl;  ///< Loss with recruitment, dB HL; below 0 counts as 0. HEARING 1.4
    Audiogram conductive;  ///< Plain attenuation before the cochlea, -12 to 90 dB. HEARING 1.9
    double catch_up_db_spl = 105.0;    ///< Level at which recruitment has caught up, 90 to 130.
    double recruit_release_ms = 0.0;   ///< Slower fall of the detector, 0 (off) to 200.
    double cochlear_reference = 0.0;   ///< 1: the audiogram acts at the cochlea. HEARING 1.2
    double gain_db = 0.0;              ///< Of every band, -60 to 12.
    double temporal_smearing = 0.0;    ///< Share of envelope smearing, 0 to 1. HEARING 1.6 (a)
    double temporal_hz = 16.0;         ///< Corner of what is left of envelopes, 8 to 64.
    double fine_structure = 0.0;       ///< Phase noise of +-pi times this, 0 to 1. HEARING 1.6 (b)
    double fine_structure_hz = 200.0;  ///< Corner of the phase noise, 50 to 500.
    double hyperacusis_slope = 1.0;    ///< dB out for a dB in over the knee, 1 to 2. HEARING 1.10
    double hyperacusis_knee_db_spl = 65.0;  ///< 40 to 100.
    double diplacusis_cents = 0.0;          ///< Shift of pitch, -120 to 120. HEARING 1.11
    double diplacusis_from_hz = 20.0;       ///< Bands that are shifted, both ends included.
    double diplacusis_to_hz = 20'000.0;
};

/// Both ears and what they share.
struct AcousticSettings {
    AcousticEarSettings left;
    AcousticEarSettings right;
    double width = 1.0;  ///< 1 keeps the ears apart, 0 gives both the middle. HEARING 1.14
    double calibration_db_spl = kDefaultCalibrationDbSpl;  ///< Of rms 1.0, 60 to 140.
};

/// One ear as the engine takes it. Every value may be mixed with another state's along a straight
/// line. All floats: blend() sees it as an array.
struct AcousticEarParameters {
    PerBand sensory_db{};  ///< >= 0
    PerBand conductive_db{};
    PerBand cents{};
    float catch_up_db_spl = 105.0F;
    float calibration_db_spl = static_cast<float>(kDefaultCalibrationDbSpl);
    float release_ms = 0.0F;
    float cochlear_reference = 0.0F;
    float gain_db = 0.0F;
    float temporal_smearing = 0.0F;
    float temporal_log2_hz = 4.0F;
    float fine_structure = 0.0F;
    float fine_structure_log2_hz = 7.643856F;
    float hyperacusis = 0.0F;  ///< Slope less 1.
    float hyperacusis_knee_db_spl = 65.0F;

    friend bool operator==(const AcousticEarParameters&, const AcousticEarParameters&) = default;
};

/// What an AcousticEngine does at one moment. Trivially copyable; no loss by default.
struct AcousticParameters {
    std::array<AcousticEarParameters, 2> ears{};
    float width = 1.0F;

    friend bool operator==(const AcousticParameters&, const AcousticParameters&) = default;
};

/// Parameters of settings at an intensity (HEARING 3.4): losses, shares and shifts are scaled.
/// @param intensity  0 to 1; 0 does nothing to any sound.
/// Fails with Errc::out_of_range and the name of what is out of range. Not real-time.
[[nodiscard]] Expected<AcousticParameters> make_acoustic_parameters(
    const AcousticSettings& settings, double intensity);

/// The weighted sum of parameters; a copy, bit for bit, of one whose weight is 1.
/// @param weights  As many as states, >= 0, of sum 1.   @param out  May be one of the states.
/// Real-time: yes.
void blend(std::span<const AcousticParameters* const> states,
           std::span<const double> weights,
           AcousticParameters& out) noexcept;

/// The value half-way between two. Real-time: yes.
[[nodiscard]] AcousticEarParameters midway(const AcousticEarParameters& a,
                                           const AcousticEarParameters& b) noexcept;

}  // namespace earshot::dsp
