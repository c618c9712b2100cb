#pragma once

#include "common/audio/format.hpp"
#include "common/base/errc.hpp"
#include "common/base/level.hpp"
#include "common/dsp/overlay/gliding_level.hpp"

#include <array>
#include <span>

namespace earshot::dsp {

enum class TinnitusKind { none, tone, narrow_band, broadband };

/// What one ear of a character hears that is not there.
struct TinnitusEar {
    TinnitusKind kind = TinnitusKind::none;
    double frequency_hz =
        6'000.0;  ///< Pitch, centre, or the edge over which noise lies; 100 to 16 000.
    double bandwidth_octaves = 1.0 / 3.0;  ///< Of narrow-band noise, 1/6 to 1.
    double noise_share = 0.0;              ///< Narrow-band noise in a tone, 0 to 1.
    double level_db_sl = 25.0;             ///< Over the threshold, 0 to 80.
    double threshold_db_spl = 0.0;         ///< Of whom it is presented to, -10 to 60.
};

/// Settings of Tinnitus, left ear first.
struct TinnitusSettings {
    std::array<TinnitusEar, audio::kListenerChannels> ears{};
    double calibration_db_spl = kDefaultCalibrationDbSpl;  ///< Of rms 1.0; 70 to 130.
};

/// What Tinnitus glides between.
struct TinnitusParameters {
    struct Ear {
        GlidingLevel level = {};     ///< Root mean square, dBFS (rms 1.0 is 0).
        double log_frequency = 8.7;  ///< Natural logarithm of Hz.
        double bandwidth_octaves = 1.0 / 3.0;
        double tone = 1.0;    ///< Shares of the amplitude; the engine keeps the whole at level.
        double narrow = 0.0;  ///< Narrow-band noise.
        double broad = 0.0;   ///< Noise above the frequency.
        bool operator==(const Ear&) const = default;
    };
    std::array<Ear, audio::kListenerChannels> ears{};
    bool operator==(const TinnitusParameters&) const = default;
};

/// Loudest tinnitus by itself, both ears together (HEARING 1.15).
inline constexpr double kLoudestTinnitusLufs = -40.0;

/// Parameters, and what they sound like by themselves.
struct PreparedTinnitus {
    TinnitusParameters parameters;
    double loudness_lufs = -120.0;  ///< At full intensity, after lowered_db.
    /// What both ears were turned down by to stay under kLoudestTinnitusLufs; 0: nothing. Whoever
    /// prepares a show tells its author.
    double lowered_db = 0.0;
};

/// Checks settings and makes parameters of them. Not real-time.
/// @param intensity  0 to 1: the level falls by 40 dB towards 0, and is exactly nothing there.
[[nodiscard]] Expected<PreparedTinnitus> make_tinnitus_parameters(const TinnitusSettings& settings,
                                                                  double intensity = 1.0);

/// The weighted mean: levels as GlidingLevel, frequency by its logarithm, the rest linearly; ears
/// that hear nothing have no say in pitch and kind.
/// @param weights  >= 0, sum 1, as many as states. out may not be one of the states. Real-time:
/// yes.
void blend(std::span<const TinnitusParameters* const> states,
           std::span<const double> weights,
           TinnitusParameters& out) noexcept;

/// Hz of narrow-band noise between its -3 dB points.
[[nodiscard]] double tinnitus_bandwidth_hz(double frequency_hz, double bandwidth_octaves) noexcept;

}  // namespace earshot::dsp
