#pragma once

#include "common/dsp/hearing_state.hpp"
#include "common/dsp/tone_stage.hpp"

#include <array>
#include <complex>
#include <cstddef>

namespace earshot::dsp {

/// How a state makes its sound.
enum class StateKind {
    bypass,   ///< The delayed input's own samples.
    tone,     ///< A ToneStage.
    silence,  ///< Exact zeros.
};

/// A hearing state at one intensity, ready for the chain. Inside dsp only; const once shared.
class PreparedState {
public:
    /// Frequencies at which response() is known: 40 Hz to 16 kHz, equally spaced in octaves, so
    /// that equal weights stand for pink noise.
    static constexpr std::size_t kPoints = 48;
    using Response = std::array<std::complex<double>, kPoints>;

    PreparedState(HearingStateCard card,
                  double intensity,
                  StateKind kind,
                  const ToneRecipe& tone = {});

    [[nodiscard]] const HearingStateCard& card() const noexcept { return card_; }
    [[nodiscard]] double intensity() const noexcept { return intensity_; }
    [[nodiscard]] StateKind kind() const noexcept { return kind_; }
    [[nodiscard]] const ToneRecipe& tone() const noexcept { return tone_; }
    /// What happens to a sound that is the same in both ears.
    [[nodiscard]] const Response& response() const noexcept { return response_; }

    /// Frequency of a point of response().
    [[nodiscard]] static double point_hz(std::size_t index) noexcept;

private:
    HearingStateCard card_;
    double intensity_;
    StateKind kind_;
    ToneRecipe tone_;
    Response response_{};
};

/// Correlation, 0 to 1, of what two responses make of pink noise; 1 if one of them is silent.
/// Real-time: yes.
[[nodiscard]] double correlation(const PreparedState::Response& a,
                                 const PreparedState::Response& b) noexcept;

}  // namespace earshot::dsp
