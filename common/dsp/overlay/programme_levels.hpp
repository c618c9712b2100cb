#pragma once

#include "common/audio/format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace earshot::dsp {

/// Levels of a programme over time: 16 octave-wide bands half an octave apart, in each ear, ten
/// times a second. Plain values; what slow hearing (masking, residual inhibition, threshold shift)
/// is computed from, for any position.
struct ProgrammeLevels {
    static constexpr int kPeriod = 4'800;  ///< Frames of an entry, 0.1 s.
    static constexpr std::size_t kBands = 16;
    static constexpr float kFloorDbfs = -120.0F;

    using Bands = std::array<float, kBands>;                    ///< dBFS; rms 1.0 is 0.
    using Entry = std::array<Bands, audio::kListenerChannels>;  ///< Left ear first.

    std::int64_t first_entry = 0;  ///< Entry e covers the frames [4800 e, 4800 (e + 1)).
    std::vector<Entry> entries;

    /// Centre of a band in Hz: 88.4, 125, 177, ... 1000, ... 16 000.
    [[nodiscard]] static double centre_hz(std::size_t band) noexcept;
    /// Level of the octave around a frequency, between the nearest bands linear in power over log
    /// Hz; that of the outermost bands beyond them.
    [[nodiscard]] static double octave_dbfs(const Bands& bands, double frequency_hz) noexcept;
    /// Level of what lies within an octave below and above a frequency.
    [[nodiscard]] static double two_octaves_dbfs(const Bands& bands, double frequency_hz) noexcept;

    /// One past the last entry.
    [[nodiscard]] std::int64_t end_entry() const noexcept {
        return first_entry + static_cast<std::int64_t>(entries.size());
    }
    /// @pre first_entry <= entry < end_entry()
    [[nodiscard]] const Entry& at(std::int64_t entry) const noexcept {
        return entries[static_cast<std::size_t>(entry - first_entry)];
    }
};

}  // namespace earshot::dsp
