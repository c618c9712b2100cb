#pragma once

#include "common/base/level.hpp"
#include "common/dsp/overlay/programme_levels.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace earshot::dsp {

/// Settings of a TemporaryShift.
struct TemporaryShiftSettings {
    double kappa = 600.0;  ///< Film time-warp: 12 s of film are 2 h. 1 to 10 000.
    double calibration_db_spl = kDefaultCalibrationDbSpl;  ///< Of rms 1.0; 70 to 130.
    /// How much louder it is where the character is than in the programme, -20 to 40 dB.
    double exposure_db = 0.0;

    friend bool operator==(const TemporaryShiftSettings&, const TemporaryShiftSettings&) = default;
};

/// How a character's thresholds rise with the programme's loudness and recover: a table over film
/// time of the HL to add, in each ear.
///
/// Per band, driven by the octave half an octave below: ATS = 1.7 max(0, L - 78 dB SPL); the shift
/// goes to it with 2 h while it is above, else falls with 8 h (not under it), film time counting
/// kappa-fold; at most 40 dB. Integrated ten times a second from the first entry on and kept once a
/// second: computed cold for any position it is what playing up to there gives, bit for bit.
/// Source: HEARING 1.12; Mills, Adkins & Gilbert 1981.
/// Thread: one owner writes, off the real-time thread; reading is real-time safe and may be done by
/// others while nobody writes.
class TemporaryShift {
public:
    static constexpr std::size_t kFrequencies = 13;
    static constexpr std::array<double, kFrequencies> kFrequenciesHz = {
        125.0,  250.0,  500.0,  750.0,  1000.0,  1500.0, 2000.0,
        3000.0, 4000.0, 6000.0, 8000.0, 12000.0, 16000.0};
    static constexpr double kMostDb = 40.0;
    using Shift = std::array<double, kFrequencies>;  ///< dB HL to add, 0 to 40.

    /// @param first_entry  Where the exposure begins, in entries of ProgrammeLevels.
    /// @throws std::invalid_argument  if a setting is out of range.
    TemporaryShift(const TemporaryShiftSettings& settings, std::int64_t first_entry);

    /// Goes on over all entries there are. Entries before the levels' first count as silence.
    void extend(const ProgrammeLevels& levels);
    /// One past the last entry taken.
    [[nodiscard]] std::int64_t end_entry() const noexcept { return next_entry_; }

    /// The shift at a position, linear between whole seconds; 0 before the beginning, that of the
    /// last whole second after it.
    /// @param ear  0 left, 1 right. Real-time: yes.
    [[nodiscard]] Shift at(std::size_t ear, std::int64_t position) const noexcept;
    /// How much there is of what comes with a shift (ringing, widened filters): the greatest one
    /// from 3 to 6 kHz over 25 dB, at most 1. Real-time: yes.
    [[nodiscard]] static double share(const Shift& shift) noexcept;

private:
    static constexpr std::int64_t kEntriesOfRow = 10;
    using Row = std::array<Shift, audio::kListenerChannels>;

    void take(const ProgrammeLevels::Entry& entry) noexcept;

    TemporaryShiftSettings settings_;
    std::int64_t first_entry_;
    std::int64_t next_entry_;
    double keep_growing_;  ///< Share of the distance left after an entry.
    double keep_fading_;   ///< Share of the shift left after an entry.
    Row now_{};
    std::vector<Row> rows_;  ///< Row r: after 10 r entries.
};

}  // namespace earshot::dsp
