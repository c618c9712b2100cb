#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace earshot::test {

/// Level over time and frequency of a sound at 48 kHz.
struct Spectrogram {
    std::size_t columns = 0;
    std::size_t rows = 0;     ///< Logarithmic in frequency, the highest first.
    double lowest_hz = 0.0;   ///< Lower edge of the last row.
    double highest_hz = 0.0;  ///< Upper edge of row 0.
    std::vector<float> dbfs;  ///< Shape [rows][columns]; a full-scale sine is 0, nothing is -200.
};

/// Hann windows of 4096 frames, one in the middle of each column; a row shows its strongest bin.
[[nodiscard]] Spectrogram make_spectrogram(std::span<const float> signal,
                                           std::size_t columns,
                                           std::size_t rows,
                                           double lowest_hz = 40.0,
                                           double highest_hz = 16'000.0);

/// RMS of each of `columns` equal parts in dBFS (a full-scale square is 0); silence is -200.
[[nodiscard]] std::vector<double> level_over_time(std::span<const float> signal,
                                                  std::size_t columns);

}  // namespace earshot::test
