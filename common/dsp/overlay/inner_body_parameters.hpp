#pragma once

#include "common/base/errc.hpp"
#include "common/dsp/overlay/gliding_level.hpp"

#include <optional>
#include <span>

namespace earshot::dsp {

/// Settings of InnerBody: which sounds of a character's own body are heard. Levels are those of an
/// open ear, -100 to -10 dBFS; what occlusion makes of them comes on top.
struct InnerBodySettings {
    std::optional<double> heartbeat_dbfs = std::nullopt;  ///< Peak of the first heart sound.
    std::optional<double> blood_dbfs =
        std::nullopt;  ///< Root mean square of the rush at its loudest.
    std::optional<double> breath_dbfs = std::nullopt;  ///< Likewise, breathing in.
    std::optional<double> steps_dbfs = std::nullopt;   ///< Peak of a step's thud.
    double beats_per_minute = 70.0;                    ///< 30 to 200.
    double breaths_per_minute = 14.0;                  ///< 4 to 60.
    double steps_per_minute = 110.0;                   ///< 30 to 220.
    /// The programme's middle from 60 to 700 Hz as it goes through the body, relative to the
    /// programme, -40 to 0 dB. With occlusion at most 6 dB above it.
    std::optional<double> programme_db = std::nullopt;
    double occlusion_db = 0.0;  ///< Boost of all this at 125 to 250 Hz, none from 1 kHz; 0 to 20.
};

/// What InnerBody glides between.
struct InnerBodyParameters {
    GlidingLevel heartbeat = {};
    GlidingLevel blood = {};
    GlidingLevel breath = {};
    GlidingLevel steps = {};
    GlidingLevel programme = {};
    double log_heart_rate = 0.154;  ///< Natural logarithm of Hz, as the next.
    double log_breath_rate = -1.455;
    double log_step_rate = 0.606;
    double occlusion_db = 0.0;
    bool operator==(const InnerBodyParameters&) const = default;
};

/// Checks settings and makes parameters of them. Not real-time.
/// @param intensity  0 to 1: levels fall by 40 dB and occlusion to 0 towards 0, nothing is heard
/// there.
[[nodiscard]] Expected<InnerBodyParameters> make_inner_body_parameters(
    const InnerBodySettings& settings, double intensity = 1.0);

/// The weighted mean: levels as GlidingLevel; rates by their logarithm, as far as there is what has
/// them; occlusion linearly in dB.
/// @param weights  >= 0, sum 1. Real-time: yes.
void blend(std::span<const InnerBodyParameters* const> states,
           std::span<const double> weights,
           InnerBodyParameters& out) noexcept;

}  // namespace earshot::dsp
