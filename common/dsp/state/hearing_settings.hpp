#pragma once

#include "common/dsp/state/state_ear.hpp"
#include "common/dsp/state/value_range.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace earshot::dsp {

/// The stems of a programme that a state can treat apart.
enum class LayerName { mix, dialogue, music, effects, body };
inline constexpr std::size_t kLayers = 5;
inline constexpr std::array<std::string_view, kLayers> kLayerNames{"mix", "dialogue", "music",
                                                                   "effects", "body"};

/// Where a layer enters.
enum class LayerRoute {
    loss,    ///< Outside the head: through the loss.
    inside,  ///< Inside the head: added after the loss.
};
inline constexpr std::array<std::string_view, 2> kLayerRouteNames{"loss", "inside"};

/// How a state treats one layer.
struct StateLayer {
    double gain_db = 0.0;  ///< -120 is silence.
    LayerRoute route = LayerRoute::loss;

    friend bool operator==(const StateLayer&, const StateLayer&) = default;
};
inline constexpr ValueRange kLayerGainDb{-120, 12};

/// What the character hears of its own body, from inside (HEARING 1.9). Levels in dB re full scale
/// as with open ears; nothing: not heard.
struct StateInnerBody {
    double occlusion_db = 0.0;             ///< Boost of all this at 125 to 250 Hz.
    std::optional<double> programme_db{};  ///< The film's sound through the body, re the film.
    std::optional<double> heartbeat_db{};  ///< Peak of a beat.
    double heartbeat_bpm = 70.0;
    std::optional<double> blood_db{};   ///< Rush of the blood at its loudest.
    std::optional<double> breath_db{};  ///< Breathing in.
    double breath_bpm = 14.0;           ///< Breaths a minute.
    std::optional<double> steps_db{};   ///< Peak of a step's thud.
    double steps_bpm = 110.0;           ///< Steps a minute.

    friend bool operator==(const StateInnerBody&, const StateInnerBody&) = default;
};
inline constexpr ValueRange kOcclusionDb{0, 20};
inline constexpr ValueRange kInnerProgrammeDb{-40, 0};
inline constexpr ValueRange kInnerLevelDb{-100, -10};
inline constexpr ValueRange kHeartbeatBpm{30, 200};
inline constexpr ValueRange kBreathBpm{4, 60};
inline constexpr ValueRange kStepsBpm{30, 220};
/// Most that occlusion may make of the film's sound through the body.
inline constexpr double kMostInnerProgrammeDb = 6.0;

/// Temporary threshold shift after loud sound, in film time (HEARING 1.12).
struct StateThresholdShift {
    bool on = false;
    double exposure_db = 0.0;  ///< How much louder it is where the character is than in the film.
    double kappa = 600.0;  ///< How many times faster than in life: at 600, 12 s stand for 2 hours.

    friend bool operator==(const StateThresholdShift&, const StateThresholdShift&) = default;
};
inline constexpr ValueRange kKappa{1, 10'000};
inline constexpr ValueRange kExposureDb{-20, 40};

/// Everything a hearing state says, as people say it. Plain data: builders off the real-time
/// thread make the engines' parameters of it. By default full hearing.
struct HearingSettings {
    StateEar left;
    StateEar right;
    std::optional<double> calibration_db{};  ///< dB SPL of full scale; nothing: the show's.
    /// The audiogram counts at the cochlea, not in the free field (HEARING 1.2).
    bool cochlear_reference = false;
    double offset_db = 0.0;  ///< Gain over all of the acoustic path.
    double water = 0.0;      ///< How much the air path sounds as under water, 0 to 1.
    double width = 1.0;      ///< 1: as mixed; 0: the same in both ears.
    std::optional<double> shakers_db{0.0};  ///< Vibration for shakers and motors; nothing: none.
    std::optional<double> stand_in_db{};  ///< Quiet low sound in place of vibration; nothing: none.
    StateInnerBody inner;
    StateThresholdShift tts;
    /// By LayerName.
    std::array<StateLayer, kLayers> layers{
        {{}, {}, {}, {}, {.gain_db = 0.0, .route = LayerRoute::inside}}};

    [[nodiscard]] const StateLayer& layer(LayerName which) const noexcept {
        return layers[static_cast<std::size_t>(which)];
    }
    friend bool operator==(const HearingSettings&, const HearingSettings&) = default;
};
inline constexpr ValueRange kCalibrationDb{70, 130};
inline constexpr ValueRange kOffsetDb{-60, 6};
inline constexpr ValueRange kShakersDb{-40, 6};
inline constexpr ValueRange kStandInDb{-40, 0};

}  // namespace earshot::dsp
