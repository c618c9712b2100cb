#pragma once

#include "tests/unit/dsp_implant/implant_sound.hpp"

#include <string>
#include <vector>

namespace earshot::dsp::implant_test {

/// What an implant makes of a voice.
struct SpeechReport {
    double worst_correlation = 0.0;
    double median_correlation = 0.0;
    double median_half_away = 0.0;  ///< With the envelope half a bank away.
    double worst_half_away = 0.0;
    double lowest_band_db = 0.0;  ///< Level of a carrier's band over that of the channel's.
    double highest_band_db = 0.0;
    double total_db = 0.0;
    double under_150_db = 0.0;  ///< Below 150 Hz, over the whole.
    double loudness_lu = 0.0;   ///< Integrated loudness over the input's.
};

/// Puts a voice of some seconds at -27 dBFS rms through an implant, and prints a line.
[[nodiscard]] SpeechReport report_on_speech(const std::string& name,
                                            const ImplantSettings& settings,
                                            int seconds,
                                            std::uint32_t seed);

}  // namespace earshot::dsp::implant_test
