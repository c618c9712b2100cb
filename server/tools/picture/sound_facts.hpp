#pragma once

#include "server/tools/picture/spectrogram.hpp"

#include <vector>

namespace earshot::picture {

/// What was measured of a sound over its whole length. Levels of silence are -200.
struct SoundFacts {
    Spectrogram spectrum;
    std::vector<double> rms_dbfs;         ///< Of equal parts, both channels together.
    std::vector<double> short_term_lufs;  ///< Of the 3 s before the end of each part.
    double integrated_lufs = -200.0;
    double true_peak_dbtp = -200.0;
};

}  // namespace earshot::picture
