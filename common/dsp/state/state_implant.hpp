#pragma once

#include "common/dsp/state/value_range.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace earshot::dsp {

/// How an implant turns sound into carriers (HEARING 1.7).
enum class ImplantKind {
    noise,   ///< Noise vocoder. Source: Shannon et al., Science 270, 1995.
    sine,    ///< Sine vocoder.
    spiral,  ///< Many sines, spread of current. Source: Grange et al., JASA 142, 2017.
    n_of_m,  ///< In each frame the `selected` strongest of the channels, as ACE does.
};
inline constexpr std::array<std::string_view, 4> kImplantKindNames{"noise", "sine", "spiral",
                                                                   "n_of_m"};

/// What a hearing state says of the implant of one ear. Plain data; ranges below.
struct StateImplant {
    ImplantKind strategy = ImplantKind::sine;
    int channels = 22;
    int selected = 8;             ///< Of n_of_m; at most `channels`.
    double low_hz = 188.0;        ///< Lower edge of the lowest channel.
    double high_hz = 7'938.0;     ///< Upper edge of the highest channel.
    double out_low_hz = 20.0;     ///< Nothing comes out below; 20: no filter.
    double out_high_hz = 14'000;  ///< Nothing comes out above.
    /// Corner of the pre-emphasis, a first-order high-pass; nothing: none.
    std::optional<double> emphasis_hz{};
    bool agc = false;              ///< Gain control: 3:1 above 65 dB SPL, 5 and 75 ms.
    double envelope_hz = 160.0;    ///< Corner of the envelopes' low-pass.
    double noise_share = 0.0;      ///< Of n_of_m's carriers: 0 sines, 1 noise.
    std::optional<int> steps{};    ///< Loudness steps of n_of_m; nothing: no steps.
    int frames_per_second = 900;   ///< How often n_of_m selects.
    double comfort_db_spl = 65.0;  ///< What n_of_m's highest step stands for.
    double shift_mm = 0.0;         ///< Carriers moved towards the base of the cochlea.
    /// Spread of current, of n_of_m and spiral (which needs one); nothing: none.
    std::optional<double> spread_db_oct{};
    /// Rate of the carriers' pulses, not of spiral; nothing: plain carriers.
    std::optional<double> pulse_hz{};
    double pulse_depth = 0.5;  ///< 0 plain, 1 pulses only.
    double ring = 0.0;         ///< Share of metallic ringing, 0 to 1; not of spiral.
    double ring_q = 4.0;       ///< How many times longer the carriers ring.
    double width = 1.0;        ///< 1: its own side only; 0: the middle of both.
    double level_db = 0.0;     ///< Gain on the whole.
    bool ears_apart = false;   ///< Each ear has its own noise and phases.

    friend bool operator==(const StateImplant&, const StateImplant&) = default;
};

inline constexpr ValueRange kImplantChannels{1, 24};
inline constexpr ValueRange kImplantLowHz{100, 1'000};
inline constexpr ValueRange kImplantHighHz{2'000, 10'000};
inline constexpr ValueRange kImplantOutLowHz{20, 500};
inline constexpr ValueRange kImplantOutHighHz{2'000, 14'000};
inline constexpr ValueRange kImplantEmphasisHz{200, 4'000};
inline constexpr ValueRange kImplantEnvelopeHz{20, 400};
inline constexpr ValueRange kImplantSteps{8, 256};
inline constexpr ValueRange kImplantFrameRate{250, 2'400};
inline constexpr ValueRange kImplantComfortDbSpl{40, 100};
inline constexpr ValueRange kImplantShiftMm{0, 6};
inline constexpr ValueRange kImplantSpreadDbOct{-100, -4};
inline constexpr ValueRange kImplantPulseHz{100, 1'000};
inline constexpr ValueRange kImplantRingQ{1, 8};
inline constexpr ValueRange kImplantLevelDb{-40, 6};

}  // namespace earshot::dsp
