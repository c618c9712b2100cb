// Morphs where it takes longer than a unit test may: G1 with widened filters, G2, G3, G4.
#include "common/base/level.hpp"
#include "common/dsp/chain/crossfade.hpp"
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/unit/dsp_chain/morph_clicks.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"
#include "tests/validation/validation_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

namespace earshot::dsp {
namespace {

using sound::kMorphAmplitude;
using validation::Stereo;

/// The most above 4 kHz that a chain makes of a tone while it stands still on its way between two
/// states: a fade of 60 s, looked at for a tenth of a second here and there.
double most_on_the_way_dbfs(const StatePtr& a, const StatePtr& b, double frequency_hz) {
    constexpr int kFrames = 24'000;
    const Stereo in = sound::tone(frequency_hz, kMorphAmplitude, kFrames);
    double most = -200.0;
    for (int step = 0; step <= 10; ++step) {
        HearingChain chain;
        chain.start(test::fading(a, {.target = b.get(), .fade = Frames{kLongestFade}},
                                 Frames{kLongestFade} / 10 * step));
        const Stereo out = sound::render(chain, in);
        most = std::max(most, sound::peak_above_dbfs(out.left, 4'000.0, 12'000, kFrames));
    }
    return most;
}

double peak_of_morph_dbfs(const StatePtr& a, const StatePtr& b, int fade_ms, double frequency_hz) {
    constexpr int kBegin = 12'372;
    const int end = kBegin + 48 * fade_ms;
    const Stereo in = sound::tone(frequency_hz, kMorphAmplitude, end + 1'920);
    HearingChain chain;
    chain.start({.state = a.get()});
    const Stereo out =
        sound::render(chain, in, {{kBegin, {.target = b.get(), .fade = Frames{48 * fade_ms}}}});
    return sound::peak_above_dbfs(out.left, 4'000.0, kBegin - 480, end + 1'920);
}

class WidenedFilters : public testing::TestWithParam<double> {};

/// Widened filters and blurred fine structure are noise of their own: a tone that only stands has
/// some -55 dBFS above 4 kHz. So a morph is held against what the states on its way have.
TEST_P(WidenedFilters, G1AddNoClickToWhatTheStatesOnTheWayHave) {
    const double frequency_hz = GetParam();
    const std::vector<const char*> smeared = {"snhl_mild", "snhl_moderate", "snhl_severe",
                                              "sudden_loss"};
    const std::vector<const char*> others = {"full",          "hyperacusis",   "conductive",
                                             "muffled_inner", "snhl_moderate", "ci_day1"};
    std::array<double, 3> worst{-200.0, -200.0, -200.0};
    std::array<double, 3> loudest{-200.0, -200.0, -200.0};
    double limited = -200.0;
    for (const char* with : smeared) {
        for (const char* without : others) {
            if (std::string{with} == without) {
                continue;
            }
            const StatePtr a = test::bare_state(with);
            const StatePtr b = test::bare_state(without);
            const double own = most_on_the_way_dbfs(a, b, frequency_hz);
            for (const int which : {0, 1, 2}) {
                const int fade_ms = std::array{20, 50, 250}[static_cast<std::size_t>(which)];
                const double gate = fade_ms < 50 ? -65.0 : -80.0;
                const double peak = std::max(peak_of_morph_dbfs(a, b, fade_ms, frequency_hz),
                                             peak_of_morph_dbfs(b, a, fade_ms, frequency_hz));
                const double beyond = peak - std::max(gate, own);
                if (std::string{without} == "hyperacusis") {
                    // It lifts the tone into the limiter, whose letting go is heard beside it.
                    limited = std::max(limited, beyond);
                    continue;
                }
                EXPECT_LE(beyond, 1.0) << with << ", " << without << ", " << fade_ms << " ms";
                auto& over = worst[static_cast<std::size_t>(which)];
                over = std::max(over, beyond);
                auto& most = loudest[static_cast<std::size_t>(which)];
                most = std::max(most, peak);
            }
        }
    }
    for (const std::size_t which : {0U, 1U, 2U}) {
        const std::string fade = std::to_string(std::array{20, 50, 250}[which]) + " ms";
        test::note_figure(fade + ", above 4 kHz", loudest[which], "dBFS");
        test::expect_figure(fade + ", over what the states on the way have", worst[which], "dB",
                            test::at_most(1.0));
    }
    test::expect_figure("with hyperacusis, a limiter at work", limited, "dB", test::at_most(10.0));
}

INSTANTIATE_TEST_SUITE_P(Morphs, WidenedFilters, testing::Values(100.0, 1'000.0));

/// What a fade between two sounds leaves over, beyond the law's sum of both.
class Remainder {
public:
    Remainder(const Stereo& from, const Stereo& to, const Stereo& morph, int begin, int length)
        : from_(from), to_(to), morph_(morph), begin_(begin), length_(length) {}

    /// The sum's difference from the morph, with the correlation that fits best.
    [[nodiscard]] std::vector<float> of_best_fit() const {
        double best = 0.0;
        double least = power(0.0);
        for (double step : {0.05, 0.002, 0.0001}) {
            const double around = best;
            for (int n = -25; n <= 25; ++n) {
                const double rho = std::clamp(around + step * n, 0.0, 1.0);
                const double now = power(rho);
                if (now < least) {
                    least = now;
                    best = rho;
                }
            }
        }
        std::vector<float> left;
        for (int i = 0; i < morph_.frames(); ++i) {
            left.push_back(static_cast<float>(at(i, best)));
        }
        return left;
    }

private:
    [[nodiscard]] double at(int frame, double rho) const {
        const auto i = static_cast<std::size_t>(frame);
        const double u =
            fade_value(FadeCurve::quintic, static_cast<double>(frame - begin_) / length_);
        const FadeGains gains = fade_gains(u, rho);
        return static_cast<double>(morph_.left[i]) -
               gains.from * static_cast<double>(from_.left[i]) -
               gains.to * static_cast<double>(to_.left[i]);
    }
    [[nodiscard]] double power(double rho) const {
        double sum = 0.0;
        for (int i = begin_; i <= begin_ + length_; ++i) {
            sum += std::pow(at(i, rho), 2.0);
        }
        return sum;
    }

    const Stereo& from_;
    const Stereo& to_;
    const Stereo& morph_;
    int begin_;
    int length_;
};

TEST(Morphs, G1CrossfadesOfNoisyStatesAreTheSumOfBothSounds) {
    constexpr int kBegin = 12'372;
    for (const int fade_ms : {20, 50, 250}) {
        const int length = 48 * fade_ms;
        const Stereo in = sound::tone(1'000.0, 0.35, kBegin + length + 1'920);
        double worst = -200.0;
        for (const char* noisy : {"snhl_mild", "snhl_moderate", "snhl_severe", "sudden_loss"}) {
            for (const char* other : {"full", "ci_day1"}) {
                const StatePtr a = test::bare_state(noisy);
                const StatePtr b = test::bare_state(other);
                const Stereo of_a = sound::render_in(a, in);
                const Stereo of_b = sound::render_in(b, in);
                for (const bool there : {true, false}) {
                    HearingChain chain;
                    chain.start({.state = there ? a.get() : b.get()});
                    const Stereo out = sound::render(
                        chain, in,
                        {{kBegin, {.target = there ? b.get() : a.get(), .fade = Frames{length}}}});
                    const Remainder rest(there ? of_a : of_b, there ? of_b : of_a, out, kBegin,
                                         length);
                    const double peak = sound::peak_above_dbfs(rest.of_best_fit(), 4'000.0,
                                                               kBegin - 480, in.frames());
                    EXPECT_LE(peak, fade_ms < 50 ? -65.0 : -80.0)
                        << noisy << ", " << other << ", " << there;
                    worst = std::max(worst, peak);
                }
            }
        }
        test::expect_figure(std::to_string(fade_ms) + " ms, left over above 4 kHz", worst, "dBFS",
                            test::at_most(fade_ms < 50 ? -65.0 : -80.0));
    }
}

/// Levels of pink noise during a morph, and of both its states, in windows of 50 ms.
class NoiseMorph {
public:
    NoiseMorph(int fade, const std::vector<StatePtr>& states)
        : fade_(fade), states_(states), seeds_{Seed(11, *this)} {}

    /// By how many dB the morph leaves what lies between both levels, at most. One window of noise
    /// is no more than a sample of its level, the more so where low bands alone are left: if it
    /// strays by over 1 dB in one noise, the mean power of eight noises counts.
    double beyond(std::size_t from, std::size_t to) {
        const double of_one = beyond(from, to, 1);
        return of_one <= 1.0 ? of_one : beyond(from, to, 8);
    }

private:
    static constexpr int kBegin = 14'400;
    static constexpr int kWindow = 2'400;
    /// 20 dB SPL: what is softer than this at both ends is not heard in any room.
    static constexpr double kQuietest = 1e-8;

    struct Seed {
        Stereo in;
        std::vector<Stereo> steady;
        Seed(std::uint32_t seed, const NoiseMorph& morph)
            : in(validation::pink(-22.0, kBegin + morph.fade_ + 7'200, seed)) {
            for (const StatePtr& state : morph.states_) {
                steady.push_back(sound::render_in(state, in));
            }
        }
    };
    static double power(const Stereo& sound, int from) {
        return std::pow(10.0, overlay_test::rms_dbfs(sound.left, from, from + kWindow) / 10.0);
    }

    double beyond(std::size_t a, std::size_t b, std::size_t noises) {
        while (seeds_.size() < noises) {
            seeds_.emplace_back(static_cast<std::uint32_t>(11 + seeds_.size()), *this);
        }
        std::vector<Stereo> morphs;
        for (std::size_t n = 0; n < noises; ++n) {
            HearingChain chain;
            chain.start({.state = states_[a].get()});
            morphs.push_back(
                sound::render(chain, seeds_[n].in,
                              {{kBegin, {.target = states_[b].get(), .fade = Frames{fade_}}}}));
        }
        double most = -200.0;
        for (int from = kBegin - 2'400; from + kWindow <= kBegin + fade_ + 7'200; from += 800) {
            double now = 0.0;
            double one = 0.0;
            double other = 0.0;
            for (std::size_t n = 0; n < noises; ++n) {
                now += power(morphs[n], from);
                one += power(seeds_[n].steady[a], from);
                other += power(seeds_[n].steady[b], from);
            }
            const double ceiling = std::max({one, other, kQuietest * static_cast<double>(noises)});
            most = std::max({most, 10.0 * std::log10(now / ceiling),
                             10.0 * std::log10(std::min(one, other) / now)});
        }
        return most;
    }

    int fade_;
    const std::vector<StatePtr>& states_;
    std::vector<Seed> seeds_;
};

/// Both let other bands through, and bands glide in dB: halfway all of them are down.
bool dips(const std::string& from, const std::string& to) {
    const auto pair = [&](const char* a, const char* b) {
        return (from == a && to == b) || (from == b && to == a);
    };
    return pair("ci_adapted", "muffled_inner") || pair("ci_adapted", "asymmetric");
}

class PinkNoise : public testing::TestWithParam<int> {};

TEST_P(PinkNoise, G2StaysBetweenBothSteadyLevelsInEveryMorph) {
    const auto cards = test::state_cards();
    std::vector<StatePtr> states;
    for (const auto& card : cards) {
        states.push_back(test::bare_state(card.id));
    }
    NoiseMorph morph(48 * GetParam(), states);
    double worst = -200.0;
    double deepest = -200.0;
    for (std::size_t a = 0; a < states.size(); ++a) {
        for (std::size_t b = 0; b < states.size(); ++b) {
            if (a == b) {
                continue;
            }
            if (dips(cards[a].id, cards[b].id)) {
                deepest = std::max(deepest, morph.beyond(a, b));
                continue;
            }
            const double beyond = morph.beyond(a, b);
            EXPECT_LE(beyond, 1.0) << cards[a].id << " -> " << cards[b].id;
            worst = std::max(worst, beyond);
        }
    }
    test::expect_figure("beyond both states, 268 morphs", worst, "dB", test::at_most(1.0));
    test::expect_figure("ci_adapted with muffled_inner or asymmetric", deepest, "dB",
                        test::at_most(2.5));
}

INSTANTIATE_TEST_SUITE_P(Morphs, PinkNoise, testing::Values(50, 250));

TEST(Morphs, G3HalfwayToAnEarWithoutLossDoesNotComb) {
    HearingSettings settings;
    settings.left.path = settings.right.path = EarPath::acoustic;
    const StatePtr acoustic = test::prepared(settings);
    const StatePtr full = test::state("full");
    Stereo in(14'400);
    in.left[4'800] = in.right[4'800] = 0.5F;
    for (const double u : {0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98}) {
        const auto elapsed =
            static_cast<std::int64_t>(u * static_cast<double>(Frames{kLongestFade}.count()));
        HearingChain chain;
        chain.start(test::fading(
            full,
            {.target = acoustic.get(), .fade = Frames{kLongestFade}, .curve = FadeCurve::linear},
            Frames{elapsed}));
        const Stereo out = sound::render(chain, in);
        // 4 800 frames hold all of the answer; one bin is 10 Hz.
        const auto spectrum = overlay_test::power_spectrum(
            std::vector<float>(out.left.begin() + 4'800, out.left.begin() + 9'600));
        double worst = 0.0;
        for (std::size_t bin = 8; bin <= 1'500; ++bin) {
            const double whole = 4'800.0 * 4'800.0 / 2.0 * spectrum[bin];
            const double db = 10.0 * std::log10(whole / 0.25);
            worst = std::abs(db) > std::abs(worst) ? db : worst;
        }
        test::expect_figure("u = " + std::to_string(u).substr(0, 4) + ", 80 Hz to 15 kHz", worst,
                            "dB", test::within(0.5, 0.0));
    }
}

TEST(Morphs, G4AThousandInterruptedMorphsAreWithoutAClick) {
    sound::expect_interrupted_morphs(1'000, 2'024);
}

}  // namespace
}  // namespace earshot::dsp
