// What a body feels of a chain's programme, beside what its ears hear.
#include "common/base/level.hpp"
#include "common/dsp/control_grid.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/unit/dsp_overlay/drums.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <numbers>
#include <vector>

namespace earshot::dsp {
namespace {

using sound::Cue;
using sound::Stereo;
using std::chrono::milliseconds;

constexpr int kDelay = 960;

/// What comes out of a chain: left what is heard, right what is felt.
struct Output {
    Stereo sound;
    std::vector<HapticPoint> points;
};

Output feel(HearingChain& chain,
            const Stereo& in,
            const std::vector<Cue>& cues = {},
            const std::vector<int>& blocks = {960}) {
    Output output{in, {}};
    struct Step {
        HearingChain& chain;
        const std::vector<Cue>& cues;
        std::vector<HapticPoint>& points;
        std::size_t next = 0;
        std::int64_t now = 0;
        void process(audio::BlockView block) {
            for (; next < cues.size() && cues[next].frame < now + block.frames(); ++next) {
                chain.change(cues[next].to, static_cast<int>(cues[next].frame - now));
            }
            chain.process(block, block);
            chain.felt(block.channel(1));
            std::array<HapticPoint, 8> taken;
            const int count = chain.take_points(taken);
            points.insert(points.end(), taken.begin(), taken.begin() + count);
            now += block.frames();
        }
    } step{chain, cues, output.points};
    sound::run(step, output.sound, blocks);
    return output;
}

Output feel_in(const StatePtr& state, const Stereo& in, std::int64_t position = 0) {
    HearingChain chain;
    chain.start({.state = state.get()}, position);
    return feel(chain, in);
}

StatePtr with_shakers(std::optional<double> shakers_db, double intensity = 1.0) {
    HearingSettings settings;
    settings.shakers_db = shakers_db;
    return test::prepared(settings, intensity);
}

const overlay_test::Drums& kit() {
    static const overlay_test::Drums drums = overlay_test::drums({.seconds = 6, .seed = 1});
    return drums;
}

TEST(FeltInAChain, F1IsWhatVibrationMakesInStepWithWhatIsHeard) {
    Stereo in = kit().sound;
    const Output out = feel_in(test::state("full"), in);
    Vibration alone;
    const overlay_test::Felt made = overlay_test::felt(alone, in, kDelay);
    const int lag = kDelay - Vibration::kLatency - kControlPeriod;  // less what phase costs
    for (int i = 0; i + lag < in.frames(); ++i) {
        ASSERT_EQ(out.sound.right[static_cast<std::size_t>(i + lag)],
                  made.audio.left[static_cast<std::size_t>(i)])
            << i;
    }
    // From the first that is whole in both on.
    const auto first = std::find_if(out.points.begin(), out.points.end(), [&](const auto& point) {
        return point.position == made.points.front().position;
    });
    ASSERT_NE(first, out.points.end());
    const auto both = std::min<std::ptrdiff_t>(out.points.end() - first,
                                               static_cast<std::ptrdiff_t>(made.points.size()));
    EXPECT_GT(both, 580);
    EXPECT_TRUE(std::equal(first, first + both, made.points.begin()));
}

TEST(FeltInAChain, IsFeltWhenItIsHeard) {
    // A burst of 80 Hz with soft edges: where the two fit best.
    Stereo in(12'000);
    for (int i = 0; i < 4'800; ++i) {
        const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * i / 4'800.0);
        in.left[static_cast<std::size_t>(i)] = in.right[static_cast<std::size_t>(i)] =
            static_cast<float>(0.5 * window * std::sin(2.0 * std::numbers::pi * i / 600.0));
    }
    const Stereo out = feel_in(test::state("full"), in).sound;
    double best = 0.0;
    int lag = -1'000;
    for (int d = -300; d <= 300; ++d) {
        double sum = 0.0;
        for (int i = 300; i < 11'000; ++i) {
            sum += static_cast<double>(out.left[static_cast<std::size_t>(i)]) *
                   static_cast<double>(out.right[static_cast<std::size_t>(i + d)]);
        }
        if (sum > best) {
            best = sum;
            lag = d;
        }
    }
    std::cout << "  felt " << lag << " frames after it is heard\n";
    EXPECT_LE(std::abs(lag), 48) << "1 ms";
}

TEST(FeltInAChain, F2FlagsTheKicks) {
    const Output out = feel_in(test::state("muffled_inner"), kit().sound);
    std::vector<std::int64_t> flags;
    for (const HapticPoint& point : out.points) {
        if (point.onset) {
            flags.push_back(point.position - kDelay + HapticPoint::kPeriod / 2);
        }
    }
    int found = 0;
    for (const int kick : kit().kicks) {
        found += std::any_of(flags.begin(), flags.end(),
                             [&](std::int64_t flag) { return std::abs(flag - kick) <= 720; });
    }
    EXPECT_GE(found, 0.95 * static_cast<double>(kit().kicks.size()));
    EXPECT_GE(found, 0.90 * static_cast<double>(flags.size()));
}

TEST(FeltInAChain, DoesNotDependOnTheEars) {
    const Output full = feel_in(test::state("full"), kit().sound);
    EXPECT_GT(sound::largest(full.sound), 0.1);
    for (const auto& card : test::state_cards()) {
        const Output out = feel_in(test::state(card.id), kit().sound);
        EXPECT_EQ(out.sound.right, full.sound.right) << card.id;
        EXPECT_EQ(out.points, full.points) << card.id;
    }
    const Output off = feel_in(test::state("implants_off", 0.0), kit().sound);
    EXPECT_EQ(off.sound.right, full.sound.right) << "vibration does not change with intensity";
}

TEST(FeltInAChain, GlidesToNothingAndBack) {
    const StatePtr on = test::state("full");
    const StatePtr off = with_shakers(std::nullopt);
    const Stereo in = sound::tone(60.0, 0.3, 72'000);
    HearingChain chain;
    chain.start({.state = on.get()});
    const Output out = feel(chain, in,
                            {{14'400, {.target = off.get(), .fade = milliseconds(500)}},
                             {52'800, {.target = on.get(), .fade = milliseconds(20)}}});
    const auto& felt = out.sound.right;
    EXPECT_TRUE(std::all_of(felt.begin() + 14'400 + 24'000 + 102, felt.begin() + 52'800,
                            [](float x) { return x == 0.0F; }));
    EXPECT_LE(sound::largest_step(felt, 14'000, 72'000), 1.1 * sound::largest_step(felt, 0, 14'000))
        << "no click";
    EXPECT_NEAR(sound::tone_db(felt, 60.0, 60'000),
                sound::tone_db({felt.begin(), felt.begin() + 14'400}, 60.0, 4'800), 0.1);
    int last = 255;
    for (const HapticPoint& point : out.points) {
        if (point.position >= 14'400 && point.position < 52'800 - 960) {
            EXPECT_LE(point.peak, last + 1) << point.position;
            last = point.peak;
        }
        if (point.position > 14'400 + 24'000 && point.position + 480 < 52'800) {
            EXPECT_EQ(point.rms, 0);
            EXPECT_EQ(point.peak, 0);
            EXPECT_FALSE(point.onset);
        }
    }
    EXPECT_GT(out.points.back().peak, 150);
}

TEST(FeltInAChain, PointsTakeTheLevelOfTheirState) {
    const Stereo in = sound::tone(60.0, 0.3, 24'000);
    const Output plain = feel_in(with_shakers(0.0), in);
    const Output soft = feel_in(with_shakers(-12.0), in);
    EXPECT_EQ(plain.points.back().peak - soft.points.back().peak, 60) << "5 steps a dB";
    EXPECT_NEAR(sound::tone_db(plain.sound.right, 60.0, 9'600) -
                    sound::tone_db(soft.sound.right, 60.0, 9'600),
                12.0, 0.01);
}

TEST(FeltInAChain, I1StaysUnderMinusThreeDecibels) {
    Stereo in = sound::programme(db_to_gain(12.0), 48'000, 6);
    for (int i = 0; i < in.frames(); ++i) {
        in.left[static_cast<std::size_t>(i)] +=
            static_cast<float>(3.0 * std::sin(2.0 * std::numbers::pi * i / 1'200.0));
    }
    // Falls silent while it is listened to: a cut at a peak would ring in the meter's own filter.
    for (auto* ear : {&in.left, &in.right}) {
        std::fill(ear->end() - 4'800, ear->end(), 0.0F);
    }
    Stereo felt = feel_in(with_shakers(6.0), in).sound;
    felt.left = felt.right;
    const double peak = sound::true_peak_dbtp(felt);
    std::cout << "  hot programme, shakers at +6 dB: " << peak << " dBTP\n";
    EXPECT_LE(peak, -2.9);
    EXPECT_GE(peak, -4.0);
}

TEST(FeltInAChain, J1IsTheSameInAnyBlocks) {
    const StatePtr on = test::state("full");
    const StatePtr off = with_shakers(std::nullopt);
    const std::vector<Cue> cues = {{5'001, {.target = off.get(), .fade = milliseconds(120)}},
                                   {9'000, {.target = on.get(), .fade = milliseconds(20)}}};
    Stereo in(24'000);
    std::copy_n(kit().sound.left.begin(), 24'000, in.left.begin());
    std::copy_n(kit().sound.right.begin(), 24'000, in.right.begin());
    const auto run = [&](const std::vector<int>& blocks) {
        HearingChain chain;
        chain.start({.state = on.get()}, 13);
        return feel(chain, in, cues, blocks);
    };
    const Output whole = run({960});
    for (const std::vector<int>& blocks :
         {std::vector<int>{1}, {3, 127, 1, 500}, {128, 129}, {959}}) {
        const Output cut = run(blocks);
        EXPECT_EQ(cut.sound.right, whole.sound.right) << "blocks of " << blocks.front();
        EXPECT_EQ(cut.points, whole.points) << "blocks of " << blocks.front();
    }
}

TEST(FeltInAChain, J3IsAfterASeekWhatPlayingGives) {
    const StatePtr full = test::state("full");
    const Output played = feel_in(full, kit().sound);
    constexpr int kFrom = 96'000;
    constexpr int kWarmUp = 9'600 + 2'880;  // of an epoch, with its pre-roll
    Stereo rest(48'000);
    std::copy_n(kit().sound.left.begin() + kFrom, 48'000, rest.left.begin());
    std::copy_n(kit().sound.right.begin() + kFrom, 48'000, rest.right.begin());
    const Output sought = feel_in(full, rest, kFrom);
    double worst = 0.0;
    for (std::size_t i = kWarmUp; i < 48'000; ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(sought.sound.right[i]) -
                                         static_cast<double>(played.sound.right[i + kFrom])));
    }
    std::cout << "  after a seek off by " << gain_to_db(worst) << " dBFS at most\n";
    EXPECT_LE(gain_to_db(worst), -40.0);
    for (const HapticPoint& point : sought.points) {
        if (point.position < kFrom + kWarmUp) {
            continue;
        }
        const auto same = std::find_if(
            played.points.begin(), played.points.end(),
            [&](const HapticPoint& other) { return other.position == point.position; });
        ASSERT_NE(same, played.points.end());
        EXPECT_NEAR(point.peak, same->peak, 2) << point.position;
        EXPECT_EQ(point.onset, same->onset) << point.position;
    }
}

TEST(FeltInAChain, J2IsRealTimeSafe) {
    const StatePtr off = with_shakers(std::nullopt);
    HearingChain chain;
    audio::Block block(2, 960);
    audio::Block felt(1, 960);
    std::fill(block.channel(0).begin(), block.channel(0).end(), 0.5F);
    std::array<HapticPoint, 8> points;
    int count = 0;
    test::rt_guard::expect_realtime_safe([&] {
        chain.change({.target = off.get(), .fade = milliseconds(20)}, 13);
        for (int i = 0; i < 20; ++i) {
            chain.process(block.view(), block.view());
            chain.felt(felt.channel(0));
        }
        count = chain.take_points(points);
    });
    EXPECT_EQ(count, 8) << "the oldest made room";
    EXPECT_EQ(points[7].position - points[0].position, 7 * 480);
}

}  // namespace
}  // namespace earshot::dsp
