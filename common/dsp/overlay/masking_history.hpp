#pragma once

#include "common/base/level.hpp"
#include "common/dsp/overlay/programme_levels.hpp"
#include "common/dsp/overlay/tinnitus_parameters.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace earshot::dsp {

/// Settings of a MaskingHistory.
struct MaskingSettings {
    /// Film time-warp: a masker of a second of film counts as this many, and what it leaves behind
    /// fades as much faster. 1 to 1000.
    double kappa = 1.0;
    /// Hearing loss around the tinnitus, dB HL, 0 to 120: what is not heard does not mask.
    std::array<double, audio::kListenerChannels> hearing_loss_db{};
    /// Plain attenuation of the programme there, -12 to 200 dB.
    std::array<double, audio::kListenerChannels> attenuation_db{};
    /// False: the programme masks, but nothing is left of it afterwards.
    std::array<bool, audio::kListenerChannels> inhibition{true, true};
    double calibration_db_spl = kDefaultCalibrationDbSpl;  ///< Of rms 1.0; 70 to 130.

    friend bool operator==(const MaskingSettings&, const MaskingSettings&) = default;
};

/// What the programme leaves of a tinnitus: masking, and residual inhibition after it.
///
/// Masking: the programme's two octaves around the tinnitus take it down by up to 40 dB as they
/// pass from 5 to 15 dB above it, smoothed with 0.5 s. Residual inhibition: 10 s or more of a
/// masker at least 10 dB above the tinnitus (gaps up to 0.5 s allowed) leave it weaker by the share
/// d = log(T / 10) / log 6, at most 1, which fades with 15 s. Never below -80 dB in all, never
/// faster than 8 dB in 0.1 s.
///
/// An integral over programme levels from the first entry on: computed cold for any position it is
/// what playing up to there gives, bit for bit.
/// Source: HEARING 1.8; Terry et al. 1983; Roberts et al. 2008.
/// Thread: one owner writes, off the real-time thread; gain() is real-time safe and may be read by
/// others while nobody writes.
class MaskingHistory {
public:
    using EarGains = std::array<double, audio::kListenerChannels>;

    /// @param first_entry  Where the listening begins, in entries of ProgrammeLevels.
    /// @throws std::invalid_argument  if a setting is out of range.
    MaskingHistory(const MaskingSettings& settings, std::int64_t first_entry);

    /// Goes on over the entries up to (not including) end_entry, or as far as there are any, with a
    /// tinnitus that stays the same over them. Entries before the levels' first count as silence.
    void extend(const ProgrammeLevels& levels,
                const TinnitusParameters& tinnitus,
                std::int64_t end_entry);

    /// One past the last entry taken.
    [[nodiscard]] std::int64_t end_entry() const noexcept;
    /// Factor of amplitude in each ear, linear in dB between the ends of entries; 1 before the
    /// first, that of the last after it. Real-time: yes.
    [[nodiscard]] EarGains gain(std::int64_t position) const noexcept;
    /// The share that residual inhibition takes, 0 to 1, at the end of an entry.
    /// @pre first_entry <= entry < end_entry()
    [[nodiscard]] double inhibition(std::size_t ear, std::int64_t entry) const noexcept;

private:
    struct EarState {
        double masked_db = 0.0;   ///< >= 0.
        double masker_s = 0.0;    ///< Time-warped duration of the masker in progress.
        double gap_s = 0.0;       ///< Since the masker was last on.
        double inhibition = 0.0;  ///< Share of the amplitude.
        double gain_db = 0.0;     ///< All of it.
    };
    using State = std::array<EarState, audio::kListenerChannels>;

    /// dB by which the programme is heard over the tinnitus of an ear.
    [[nodiscard]] double over_db(std::size_t ear,
                                 const ProgrammeLevels::Bands& bands,
                                 const TinnitusParameters::Ear& tinnitus) const noexcept;
    [[nodiscard]] EarState next(const EarState& before,
                                double over_db,
                                bool inhibition) const noexcept;

    MaskingSettings settings_;
    std::int64_t first_entry_;
    double fade_;  ///< Share of inhibition left after an entry.
    std::vector<State> states_;
};

}  // namespace earshot::dsp
