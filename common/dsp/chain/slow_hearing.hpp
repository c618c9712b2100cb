#pragma once

#include "common/dsp/chain/acoustic_path.hpp"
#include "common/dsp/overlay/masking_history.hpp"
#include "common/dsp/overlay/programme_levels.hpp"
#include "common/dsp/overlay/temporary_shift.hpp"
#include "common/dsp/overlay/tinnitus_parameters.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace earshot::dsp {

/// What of a hearing state follows the film's loudness.
struct SlowHearingSettings {
    std::optional<TemporaryShiftSettings> shift{};  ///< Nothing: thresholds do not shift.
    MaskingSettings masking;
    TinnitusParameters tinnitus;  ///< What is masked, at full intensity.

    friend bool operator==(const SlowHearingSettings&, const SlowHearingSettings&) = default;
};

/// How a hearing state changes with the film's loudness: temporary threshold shift, with the
/// smearing and the ringing that come with it; masking of ringing, and residual inhibition.
///
/// A function of film time alone, as if the state had been in force from programme frame 0 on: the
/// same for a seek as for playing, and for a state set by hand. It stays the same for kSlowPeriod
/// frames at a time.
/// Source: HEARING 1.8, 1.12.
/// Thread: any, once built. Real-time: yes, but for construction, which takes about 0.1 s for a
/// two-hour film, and 7 MB.
class SlowHearing {
public:
    using EarGains = MaskingHistory::EarGains;

    /// @param levels  Of the programme from frame 0 on; after them what they left stays.
    /// @throws std::invalid_argument  if a setting is out of range.
    SlowHearing(const SlowHearingSettings& settings, const ProgrammeLevels& levels);

    /// False if shift() does nothing at any time.
    [[nodiscard]] bool shifts() const noexcept { return shift_.has_value(); }
    /// Adds the shift at a programme frame to the losses, which stay 130 dB HL at most, and leaves
    /// of the smearing what comes with it.
    /// @param intensity  Of the state, 0 to 1: it scales the shift.
    void shift(std::int64_t position,
               double intensity,
               AcousticPathParameters& inout) const noexcept;
    /// What is left of the ringing's amplitude in each ear at a programme frame, 0 to 1.
    [[nodiscard]] EarGains ringing(std::int64_t position) const noexcept;

private:
    /// Where a band lies between the frequencies of a shift.
    struct Place {
        std::size_t below = 0;
        float above = 0.0F;  ///< Share of the frequency above.
    };

    std::optional<TemporaryShift> shift_;
    MaskingHistory masking_;
    std::array<Place, kBands> places_{};
};

}  // namespace earshot::dsp
