#pragma once

#include "common/audio/block.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

/// Running blocks that know their position, and looking at what comes out.
namespace earshot::dsp::overlay_test {

using sound::largest_difference;
using sound::rms_dbfs;
using sound::Stereo;
using sound::tail;

/// Something to call before the frame at a position, a multiple of the control period.
struct Change {
    std::int64_t position;
    std::function<void()> apply;
};

/// Puts a sound that begins at a position through process(BlockView, position), in place, in blocks
/// of the given sizes in turn, cut where changes are due. Changes in order of position.
void render_at(const std::function<void(audio::BlockView, std::int64_t)>& process,
               Stereo& inout,
               std::int64_t position,
               const std::vector<Change>& changes = {},
               const std::vector<int>& blocks = {960});

/// The sizes in which every block's partition test cuts.
[[nodiscard]] const std::vector<std::vector<int>>& partitions();

/// Power of each frequency from 0 to 24 kHz, in steps of rate / size, such that all add up to the
/// mean square (no window). The size must have no factors but 2, 3 and 5.
[[nodiscard]] std::vector<double> power_spectrum(const std::vector<float>& sound);
/// Power of the frequencies [low, high) of a spectrum of `size` samples.
[[nodiscard]] double band_power(const std::vector<double>& spectrum,
                                std::size_t size,
                                double low_hz,
                                double high_hz);
/// True if every sample is a finite number and none is denormal.
[[nodiscard]] bool sane(const std::vector<float>& sound);

}  // namespace earshot::dsp::overlay_test
