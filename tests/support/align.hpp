#pragma once

#include <optional>
#include <span>

namespace earshot::test {

struct AlignSettings {
    int search_frames = 960;        ///< Looked for this far on either side of what is expected.
    double ratio = 1.0;             ///< Reference frames per frame of the window, within 3e-4 of 1.
    double min_rms = 1e-4;          ///< Quieter windows (-80 dBFS) tell nothing.
    double min_correlation = 0.95;  ///< Normalised, after refinement.
};

/// Where a window was found in a reference.
struct Alignment {
    double position = 0.0;     ///< Reference frame of the window's first frame.
    double gain = 0.0;         ///< window = gain * reference
    double correlation = 0.0;  ///< 0 to 1; 1 is the same sound.
};

/// Finds a window of one signal in another: cross-correlation for the frame, then least squares on
/// delay and gain for the fraction (no bias from what happens at the window's edges).
/// @param expected  Reference frame at which the window's first frame should be.
/// @return nothing if the window is too quiet or is not found within the search.
/// Thread: any.
[[nodiscard]] std::optional<Alignment> align(std::span<const float> window,
                                             std::span<const float> reference,
                                             double expected,
                                             const AlignSettings& settings = {});

/// Normalised correlation of two signals as they lie. 0 if one is silent.
[[nodiscard]] double correlation(std::span<const float> a, std::span<const float> b);

}  // namespace earshot::test
