#pragma once

#include "common/dsp/smearing/smearing_parameters.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The sounds of tests/golden/smearing_model.py, what is measured on them, and its files.
namespace earshot::dsp::golden {

inline constexpr int kFrames = 24'576;
inline constexpr int kBands = 49;
inline constexpr std::size_t kSounds = 10;

/// Numbers of one file of tests/golden/smearing.
[[nodiscard]] std::vector<float> file(const std::string& name);

/// A sound in the order of the files: nine tones and a vowel. Goes on for `more` samples beyond
/// kFrames.
[[nodiscard]] std::vector<float> sound(std::size_t index, int more);
/// The frequencies of the tones.
[[nodiscard]] double tone_hz(std::size_t index);

/// Levels in 1/6 octaves of the 16 384 samples before `end`, dB re a full-scale sine.
[[nodiscard]] std::vector<double> levels_db(const std::vector<float>& sound, int end);
using Levels = std::vector<double>;
/// Levels of some of the sounds after smearing, each ear another sound.
/// @param sounds  An even number.
[[nodiscard]] std::vector<Levels> levels_after(const SmearingParameters& parameters,
                                               const std::vector<std::size_t>& sounds);
/// All sounds.
[[nodiscard]] std::vector<std::size_t> every_sound();
/// Levels of some of the sounds in one case of the model: 0 input, 1 mild, 2 moderate, 3 severe,
/// 4 half moderate.
[[nodiscard]] std::vector<Levels> levels_of_model(std::size_t index,
                                                  const std::vector<std::size_t>& sounds);
/// The mean of two powers, level by level.
[[nodiscard]] std::vector<Levels> mean_power(const std::vector<Levels>& a,
                                             const std::vector<Levels>& b);
/// Largest difference in bands within 30 dB of the highest that is expected (HEARING C1).
[[nodiscard]] double worst_db(const std::vector<Levels>& levels,
                              const std::vector<Levels>& expected);
/// Level of all bands together, dB.
[[nodiscard]] double total_db(const std::vector<double>& levels);

/// Largest error of a coefficient as a share of the largest of its row.
[[nodiscard]] double worst_coefficient(const SmearingMatrix& matrix, const ColumnMatrix& exact);
/// A matrix that costs next to nothing to make, for tests to which any will do: spreads each bin
/// over its neighbours. Outlives all tests.
[[nodiscard]] const SmearingMatrix& simple_matrix(double lower);
/// Other simple matrices in the two ears, and two in the right one.
[[nodiscard]] SmearingParameters simple_parameters();
/// Both ears of a degree.
[[nodiscard]] SmearingParameters parameters(SmearingDegree degree,
                                            double amount,
                                            SmearingMatrices& matrices);
/// A sound through a new stage, the first sample at a programme position.
[[nodiscard]] sound::Stereo render(const SmearingParameters& parameters,
                                   sound::Stereo sound,
                                   std::int64_t position = 0,
                                   const std::vector<int>& blocks = {960});

}  // namespace earshot::dsp::golden
