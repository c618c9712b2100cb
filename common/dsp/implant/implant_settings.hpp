#pragma once

#include "common/base/errc.hpp"

#include <cstdint>
#include <optional>

namespace earshot::dsp {

/// How an implant's channels are made into sound.
enum class ImplantStrategy {
    vocoder,  ///< Every channel has its own carrier: noise, sine or a mix (Shannon 1995).
    n_of_m,  ///< Of the channels the loudest few stimulate, in frames, on a compressed scale (ACE).
    spiral,  ///< Electrodes feed 80 sine carriers with a spread of current (Grange 2017).
};

/// A cochlear implant as simulated for a character's perspective in a film, in human terms.
/// Levels in dB SPL take full scale (rms 1.0) as kDefaultCalibrationDbSpl.
struct ImplantSettings {
    ImplantStrategy strategy = ImplantStrategy::vocoder;
    int channels = 22;         ///< 1 to 24, equally long on the cochlea, each at least 40 Hz wide.
    double low_hz = 188.0;     ///< Lower edge of the first channel, 100 to 1 000.
    double high_hz = 7'938.0;  ///< Upper edge of the last channel, 2 000 to 10 000.
    double width = 1.0;        ///< 1 keeps the ears apart, 0 gives both the middle.

    double emphasis_hz = 0.0;  ///< Pre-emphasis: corner of a first-order high-pass, 200 to 4 000; 0
                               ///< for none. What it takes from a channel's level is given back.
    bool compress = false;     ///< Gain control: 3:1 over 65 dB SPL, 5 ms attack, 75 ms release.
    double envelope_hz = 160.0;  ///< Corner of the envelopes' low-pass, 20 to 400.

    double noise = 1.0;     ///< Carrier mix (amplitude): 1 all noise, 0 all sine. vocoder, n_of_m.
    double shift_mm = 0.0;  ///< Carriers towards the base, 0 to 6.
    double spread_db_per_octave =
        0.0;  ///< Spread of current, -100 to -4; 0 for none. n_of_m, spiral.

    int selected = 8;        ///< n of n_of_m, 1 to channels.
    int loudness_steps = 0;  ///< Steps from threshold to comfort, 8 to 256; 0 unquantised. n_of_m.
    int frames_per_second = 900;   ///< Stimulation frames of n_of_m, 250 to 2 400.
    double comfort_db_spl = 65.0;  ///< Level of a channel that stimulates most, 40 to 100. n_of_m;
                                   ///< the least is 40 dB below.

    double pulse_rate_hz =
        250.0;                 ///< Gaussian pulses on the carriers, 100 to 1 000. vocoder, n_of_m.
    double pulse_depth = 0.0;  ///< 0 plain to 1 pulses only.
    double ring_q = 4.0;  ///< Metallic ring: Q of the carriers' resonators in channel Qs, 1 to 8.
    double ring = 0.0;    ///< Share of the ringing sound, 0 to 1. vocoder, n_of_m.

    double output_low_hz = 20.0;       ///< Nothing comes out below, 20 (no filter) to 500.
    double output_high_hz = 14'000.0;  ///< Nothing comes out above, 2 000 to 14 000.
    double level_db = 0.0;             ///< Gain on the whole, -40 to 6.
    bool ears_apart = false;  ///< Each ear has its own noise and phases (wide); false: the same.
    std::uint32_t seed = 1;   ///< Of noise and phases.
};

/// What is wrong with settings, in one line that names the field and its range; nothing if they are
/// right.
/// Thread: any.
[[nodiscard]] std::optional<Failure> find_fault(const ImplantSettings& settings);

/// Noise vocoder, Shannon et al., Science 270, 1995.
/// @param channels  1 to 24.
[[nodiscard]] ImplantSettings noise_vocoder(int channels);
/// Sine vocoder with envelopes to 50 Hz, so that its sidebands do not resolve.
[[nodiscard]] ImplantSettings sine_vocoder(int channels);
/// SPIRAL, Grange, Culling, Harris & Bergfeld, J. Acoust. Soc. Am. 142, 2017: 20 electrodes.
/// @param spread_db_per_octave  -8 typical (Oxenham & Kreft 2014), -24 a sharp array.
[[nodiscard]] ImplantSettings spiral(double spread_db_per_octave);
/// n-of-m as in ACE: 22 channels, 8 selected, 900 frames a second, 64 steps, sine carriers, no
/// spread.
[[nodiscard]] ImplantSettings n_of_m();

/// One person's implant on the first day: harsh, high, nearly mono. A character's perspective in a
/// film, not what an implant sounds like to all.
[[nodiscard]] ImplantSettings implant_day1();
/// The implant's share of hearing after adaptation; most of that state is the acoustic engine.
[[nodiscard]] ImplantSettings implant_adapted();

}  // namespace earshot::dsp
