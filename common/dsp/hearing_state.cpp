#include "common/dsp/hearing_state.hpp"

#include "common/base/level.hpp"
#include "common/dsp/prepared_state.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace earshot::dsp {
namespace {

/// Where a low-pass that does nothing yet has its corner, and a high-pass.
constexpr double kOpenTopHz = 20'000.0;
constexpr double kOpenBottomHz = 1.0;
constexpr double kButterworth = 0.70710678118654752;

/// A corner that moves on a logarithmic scale from open (intensity 0) to its place (1).
double corner_hz(double open_hz, double placed_hz, double intensity) noexcept {
    return open_hz * std::pow(placed_hz / open_hz, intensity);
}

void add_low_pass(ToneRecipe& recipe, int order, double placed_hz, double intensity) {
    for (int i = 0; i < order / 2; ++i) {
        recipe.add(BiquadCoefficients::low_pass(corner_hz(kOpenTopHz, placed_hz, intensity),
                                                butterworth_q(order, i)));
    }
}

void add_high_pass(ToneRecipe& recipe, int order, double placed_hz, double intensity) {
    for (int i = 0; i < order / 2; ++i) {
        recipe.add(BiquadCoefficients::high_pass(corner_hz(kOpenBottomHz, placed_hz, intensity),
                                                 butterworth_q(order, i)));
    }
}

/// About 63 dB down at 250 Hz and 99 at 8 kHz, in dB nearly straight over the octaves between
/// (HEARING 2: 65 70 75 80 85 90 95 100); below 100 Hz some 20 dB down, the part that is felt.
ToneRecipe sudden_loss(double intensity) {
    ToneRecipe recipe;
    recipe.gain = db_to_gain(-18.0 * intensity);
    for (int i = 0; i < 3; ++i) {
        recipe.add(BiquadCoefficients::high_shelf(125.0, 1.0, -16.0 * intensity));
    }
    recipe.add(BiquadCoefficients::high_shelf(900.0, 0.7, -16.0 * intensity));
    recipe.add(BiquadCoefficients::high_shelf(5'000.0, 0.8, -22.0 * intensity));
    return recipe;
}

/// Sound as under water (low-pass, a resonance, hardly any width) with a loss over it. The half dB
/// keeps the skirts of the resonance from lifting any tone above the state before.
ToneRecipe muffled_inner(double intensity) {
    ToneRecipe recipe;
    recipe.gain = db_to_gain(-0.5 * intensity);
    recipe.width = 1.0 - intensity * (1.0 - 0.15);
    recipe.add(BiquadCoefficients::low_pass(corner_hz(kOpenTopHz, 400.0, intensity), kButterworth));
    recipe.add(BiquadCoefficients::peak(450.0, 1.5, 4.0 * intensity));
    recipe.add(BiquadCoefficients::high_shelf(700.0, 0.8, -26.0 * intensity));
    return recipe;
}

/// The vibration band of the middle, 20 to 250 Hz, and of it what headphones stand in for.
ToneRecipe felt(double intensity) {
    ToneRecipe recipe;
    recipe.gain = db_to_gain(-12.0 * intensity);
    recipe.width = 1.0 - intensity;
    add_high_pass(recipe, 4, 20.0, intensity);
    add_low_pass(recipe, 4, 250.0, intensity);
    add_low_pass(recipe, 8, 120.0, intensity);
    return recipe;
}

/// Below intensity 1 a plain attenuation; at 1 nothing at all.
ToneRecipe implants_off(double intensity) {
    ToneRecipe recipe;
    recipe.gain = db_to_gain(-80.0 * intensity);
    return recipe;
}

struct Builtin {
    HearingStateCard card;
    StateKind kind;  ///< At intensity 1.
    ToneRecipe (*recipe)(double intensity);
};

std::vector<Builtin> builtins() {
    std::vector<Builtin> states;
    states.push_back(
        {{.id = "full",
          .label = "Full hearing",
          .caption = "[full hearing]",
          .description = "The soundtrack as it was mixed, sample for sample.",
          .not_this = "Not a claim about how any one person hears; it is the mix itself.",
          .sudden = false},
         StateKind::bypass,
         nullptr});
    states.push_back(
        {{.id = "sudden_loss",
          .label = "Sudden loss",
          .caption = "[sudden loss: the drummer's hearing]",
          .description = "Almost everything falls below what the character can hear, high sounds "
                         "most; the lowest part of loud sounds stays, faintly. A character's "
                         "perspective in a film.",
          .not_this =
              "Not what deafness is like. It does not change with level as a real loss does, "
              "and it has no tinnitus or distortion.",
          .sudden = true},
         StateKind::tone,
         sudden_loss});
    states.push_back(
        {{.id = "muffled_inner",
          .label = "Muffled, from inside",
          .caption = "[muffled: the drummer's hearing]",
          .description =
              "Sound as if from inside the character's head: dull, close, nearly the same "
              "in both ears, voices without their consonants. A character's perspective "
              "in a film.",
          .not_this =
              "Not a measured hearing loss, and not how a hearing aid or an implant sounds.",
          .sudden = false},
         StateKind::tone,
         muffled_inner});
    states.push_back(
        {{.id = "felt",
          .label = "Felt",
          .caption = "[felt: vibration only]",
          .description = "What reaches the character through the body: the low beat of drums and "
                         "steps, and no more. On headphones a quiet low sound stands in for it. A "
                         "character's perspective in a film.",
          .not_this = "Not hearing, and not a replacement for a real vibrating surface.",
          .sudden = false},
         StateKind::tone,
         felt});
    states.push_back(
        {{.id = "implants_off",
          .label = "Implants off",
          .caption = "[silence: implants off]",
          .description =
              "The character has taken the implants' processors off: nothing is played at "
              "all. A character's perspective in a film.",
          .not_this = "Not what being deaf is like; few deaf people live in complete silence.",
          .sudden = true},
         StateKind::silence,
         implants_off});
    return states;
}

}  // namespace

std::vector<HearingStateCard> builtin_states() {
    std::vector<HearingStateCard> cards;
    for (Builtin& state : builtins()) {
        cards.push_back(std::move(state.card));
    }
    return cards;
}

StatePtr prepare_state(std::string_view id, double intensity) {
    if (!(intensity >= 0.0 && intensity <= 1.0)) {  // NaN too
        return nullptr;
    }
    std::vector<Builtin> states = builtins();
    const auto found = std::find_if(states.begin(), states.end(),
                                    [id](const Builtin& state) { return state.card.id == id; });
    if (found == states.end()) {
        return nullptr;
    }
    if (intensity == 0.0 || found->kind == StateKind::bypass) {
        return std::make_shared<const PreparedState>(std::move(found->card), intensity,
                                                     StateKind::bypass);
    }
    const bool silent = found->kind == StateKind::silence && intensity == 1.0;
    return std::make_shared<const PreparedState>(std::move(found->card), intensity,
                                                 silent ? StateKind::silence : StateKind::tone,
                                                 found->recipe(intensity));
}

const HearingStateCard& card_of(const PreparedState& state) noexcept {
    return state.card();
}
double intensity_of(const PreparedState& state) noexcept {
    return state.intensity();
}

}  // namespace earshot::dsp
