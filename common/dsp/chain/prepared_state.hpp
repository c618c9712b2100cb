#pragma once

#include "common/audio/format.hpp"
#include "common/dsp/chain/acoustic_path.hpp"
#include "common/dsp/chain/overlay_parameters.hpp"
#include "common/dsp/chain/slow_hearing.hpp"
#include "common/dsp/implant/implant_recipe.hpp"
#include "common/dsp/overlay/ringing_course.hpp"
#include "common/dsp/state/hearing_settings.hpp"
#include "common/dsp/state/hearing_state_card.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace earshot::dsp {

/// How loud the ways of one ear are in a state: factors of amplitude.
struct EarMix {
    double bypass = 0.0;
    double acoustic = 0.0;
    double implant = 0.0;

    friend bool operator==(const EarMix&, const EarMix&) = default;
};

/// How loud a layer of the programme is in a state: factors of amplitude.
struct LayerGains {
    double outside = 1.0;  ///< Of what goes through the loss.
    double inside = 0.0;   ///< Of what is added after it.

    friend bool operator==(const LayerGains&, const LayerGains&) = default;
};

/// A hearing state at one intensity, ready for a chain: everything its engines run on. Immutable
/// and shared; made by StateBuilder off the real-time thread; outlives every chain that was given
/// it.
struct PreparedState {
    HearingStateCard card;
    double intensity = 1.0;

    /// By LayerName; as in full hearing, where the body is inside.
    std::array<LayerGains, kLayers> layers = kFullLayers;
    std::array<EarMix, audio::kListenerChannels> mix{};
    AcousticPathParameters acoustic;  ///< Counts where mix has an acoustic part.
    /// Null where mix has no implant part; both the same if both ears have the same implant.
    std::array<std::shared_ptr<const ImplantRecipe>, audio::kListenerChannels> implants{};
    OverlayParameters overlay;
    std::array<RingingCourse, audio::kListenerChannels> ringing{};
    std::shared_ptr<const SlowHearing> slow;  ///< Null if nothing follows the film's loudness.

    /// What the acoustic way makes of the bands of ordinary sound, as factors, and how much of it
    /// is still in step with its input: for the law of crossfades (HEARING 3.2).
    std::array<PerBand, audio::kListenerChannels> band_gains{};
    std::array<double, audio::kListenerChannels> coherence{1.0, 1.0};

    std::vector<std::shared_ptr<const SmearingMatrix>> matrices{};  ///< Keeps what `acoustic` uses.

    [[nodiscard]] bool rings(std::size_t ear) const noexcept {
        return overlay.tinnitus.ears[ear].level.presence > 0.0;
    }
    /// The input itself, and nothing added.
    [[nodiscard]] bool is_bypass() const noexcept {
        return mix[0] == kBypass && mix[1] == kBypass && !overlay.audible();
    }
    /// Exact zeros.
    [[nodiscard]] bool is_silent() const noexcept {
        return mix[0] == EarMix{} && mix[1] == EarMix{} && !overlay.audible();
    }
    [[nodiscard]] bool uses_acoustic() const noexcept {
        return mix[0].acoustic != 0.0 || mix[1].acoustic != 0.0;
    }

    static constexpr EarMix kBypass{.bypass = 1.0};
    static constexpr std::array<LayerGains, kLayers> kFullLayers{
        {{}, {}, {}, {}, {.outside = 0.0, .inside = 1.0}}};
};

}  // namespace earshot::dsp
