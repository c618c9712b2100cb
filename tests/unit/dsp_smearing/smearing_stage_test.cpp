#include "common/dsp/smearing/smearing_stage.hpp"

#include "common/base/level.hpp"
#include "common/base/time.hpp"
#include "common/dsp/fade_curve.hpp"
#include "common/rt/realtime.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_smearing/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace earshot::dsp {
namespace {

using golden::render;
using sound::Stereo;

constexpr int kLatency = SmearingStage::kLatency;

Stereo part(const Stereo& sound, int first) {
    Stereo result;
    result.left.assign(sound.left.begin() + first, sound.left.end());
    result.right.assign(sound.right.begin() + first, sound.right.end());
    return result;
}

/// The lag in samples at which two sounds are most alike.
int best_lag(const std::vector<float>& in, const std::vector<float>& out) {
    double best = 0.0;
    int at = -1;
    for (int lag = 0; lag < 2 * kLatency; ++lag) {
        double sum = 0.0;
        for (std::size_t i = 0; i + 2 * kLatency < in.size(); ++i) {
            sum += static_cast<double>(in[i]) *
                   static_cast<double>(out[i + static_cast<std::size_t>(lag)]);
        }
        if (sum > best) {
            best = sum;
            at = lag;
        }
    }
    return at;
}

TEST(SmearingStage, A1WithoutSmearingIsTheDelayedInputBitForBit) {
    Stereo in = sound::noise(0.9, 5'000, 1);
    in.left[100] = -0.0F;
    in.left[101] = std::numeric_limits<float>::denorm_min();
    in.right[102] = 1e38F;
    std::fill(in.right.begin() + 2'000, in.right.begin() + 3'000, -0.0F);
    EXPECT_TRUE(sound::identical(render({}, in), sound::delayed(in, kLatency)));
    SmearingMatrices matrices;
    const SmearingParameters none = golden::parameters(SmearingDegree::severe, 0.0, matrices);
    EXPECT_TRUE(sound::identical(render(none, in, 17), sound::delayed(in, kLatency)));
    EXPECT_EQ(SmearingStage{}.latency(), kLatency);
    EXPECT_EQ(kLatency, 256);
}

TEST(SmearingStage, A2ComesAfterTheInputByItsLatencyWhateverTheDegree) {
    SmearingMatrices matrices;
    const Stereo noise = sound::noise(0.3, 4'800, 3);
    Stereo impulse(2'000);
    impulse.left[700] = impulse.right[700] = 1.0F;
    const SmearingParameters severe = golden::parameters(SmearingDegree::severe, 1.0, matrices);
    const SmearingParameters little = golden::parameters(SmearingDegree::severe, 0.1, matrices);
    for (const SmearingParameters& parameters : {severe, little, golden::simple_parameters()}) {
        EXPECT_EQ(best_lag(noise.left, render(parameters, noise).left), kLatency);
        const Stereo out = render(parameters, impulse);
        const auto peak = std::max_element(out.left.begin(), out.left.end(), [](float x, float y) {
            return std::abs(x) < std::abs(y);
        });
        EXPECT_EQ(peak - out.left.begin(), 700 + kLatency);
    }
}

TEST(SmearingStage, J1GivesTheSameSamplesInAnyBlocks) {
    const SmearingParameters parameters = golden::simple_parameters();
    const Stereo in = sound::programme(0.5, 9'600, 1);
    const std::int64_t position = 1'000'003;
    const Stereo whole = render(parameters, in, position, {4'096});
    for (const auto& blocks :
         std::vector<std::vector<int>>{{1}, {64}, {63, 65}, {960}, {1, 480, 7, 3'001}}) {
        EXPECT_TRUE(sound::identical(render(parameters, in, position, blocks), whole));
    }
    EXPECT_TRUE(sound::identical(render(parameters, in, position, {4'096}), whole));
}

TEST(SmearingStage, J1ASeekLeadsToTheSoundOfPlaying) {
    const SmearingParameters parameters = golden::simple_parameters();
    const Stereo in = sound::programme(0.5, 9'600, 2);
    const Stereo played = render(parameters, in, -2'000);
    for (const int first : {64, 1'000, 4'801}) {
        const Stereo sought = render(parameters, part(in, first), first - 2'000);
        // Two frames long: the sound that comes out, and all frames it lies in.
        constexpr int kSettled = 2 * kLatency;
        EXPECT_TRUE(sound::identical(part(sought, kSettled), part(played, first + kSettled)));
    }
}

TEST(SmearingStage, ForgetsAllSoundAtReset) {
    const Stereo in = sound::noise(0.5, 2'000, 4);
    SmearingStage stage;
    stage.set(golden::simple_parameters());
    audio::Block block(2, 2'000);
    const auto run = [&] {
        std::copy(in.left.begin(), in.left.end(), block.channel(0).begin());
        std::copy(in.right.begin(), in.right.end(), block.channel(1).begin());
        stage.process(block.view(), 40);
        return std::vector<float>(block.channel(1).begin(), block.channel(1).end());
    };
    const std::vector<float> first = run();
    stage.reset();
    EXPECT_EQ(run(), first);
}

TEST(SmearingStage, J2IsRealTimeSafe) {
    const SmearingParameters some = golden::simple_parameters();
    SmearingParameters other;
    other.ears[0][0] = {.matrix = &golden::simple_matrix(2.0), .amount = 0.5};
    const Stereo in = sound::noise(0.5, 960, 5);
    SmearingStage stage;
    audio::Block block(2, 960);
    std::copy(in.left.begin(), in.left.end(), block.channel(0).begin());
    std::copy(in.right.begin(), in.right.end(), block.channel(1).begin());
    test::rt_guard::expect_realtime_safe([&] {
        const rt::ScopedFlushDenormals flush;
        const std::array<const SmearingParameters*, 2> states = {&some, &other};
        const std::array<double, 2> weights = {0.25, 0.75};
        SmearingParameters mixed;
        blend(states, weights, mixed);
        stage.set(mixed);
        stage.process(block.view(), 0);
        stage.process(block.view(), 960);
        stage.reset();
    });
    EXPECT_NE(block.channel(0)[900], 0.0F);
}

TEST(SmearingStage, H1LeavesASilentEarSilent) {
    Stereo in = sound::noise(0.5, 4'800, 6);
    std::fill(in.right.begin(), in.right.end(), 0.0F);
    const Stereo out = render(golden::simple_parameters(), in);
    EXPECT_EQ(out.right, in.right);
}

TEST(SmearingStage, H2SwappingEarsSwapsTheOutput) {
    SmearingParameters parameters = golden::simple_parameters();
    Stereo in = sound::programme(0.5, 4'800, 7);
    Stereo out = render(parameters, in);
    std::swap(parameters.ears[0], parameters.ears[1]);
    std::swap(in.left, in.right);
    std::swap(out.left, out.right);
    EXPECT_TRUE(sound::identical(render(parameters, in), out));
}

/// A glide between two states, as the chain makes it: quintic weights, each 32 frames.
class Glide {
public:
    Glide(const SmearingParameters& from, const SmearingParameters& to, int begin, int frames)
        : from_(from), to_(to), begin_(begin), frames_(frames) {}

    void process(audio::BlockView block) {
        const double u = std::clamp((position_ + 32.0 - begin_) / frames_, 0.0, 1.0);
        const double weight = fade_value(FadeCurve::quintic, u);
        const std::array<const SmearingParameters*, 2> states = {&from_, &to_};
        const std::array<double, 2> weights = {1.0 - weight, weight};
        SmearingParameters now;
        blend(states, weights, now);
        stage_.set(now);
        stage_.process(block, position_);
        position_ += block.frames();
    }

private:
    SmearingParameters from_;
    SmearingParameters to_;
    int begin_;
    int frames_;
    int position_ = 0;
    SmearingStage stage_;
};

TEST(SmearingStage, G1GlidesBetweenDegreesWithoutAClick) {
    SmearingMatrices matrices;
    const std::array<SmearingParameters, 3> states = {
        SmearingParameters{}, golden::parameters(SmearingDegree::mild, 1.0, matrices),
        golden::parameters(SmearingDegree::severe, 1.0, matrices)};
    constexpr int kBegin = 4'800;
    constexpr int kFrames = 24'000;
    // A low and a middle tone at full scale; two ears save time.
    Stereo in(kFrames);
    in.left = sound::tone(100.0, 1.0, kFrames).left;
    in.right = sound::tone(1'000.0, 1.0, kFrames).right;
    const auto above = [](const Stereo& out) {
        return std::array<double, 2>{sound::peak_above_dbfs(out.left, 4'000.0, 2'400, kFrames),
                                     sound::peak_above_dbfs(out.right, 4'000.0, 2'400, kFrames)};
    };
    std::vector<std::array<double, 2>> steady;
    for (const SmearingParameters& state : states) {
        steady.push_back(above(render(state, in)));
    }
    struct Gate {
        int ms;
        double most_dbfs;
    };
    // Longer glides are gentler. Steady severe smearing spreads these tones to -51 and -56 dBFS
    // above 4 kHz, mild to -108 and -86: there the gates bite.
    for (const Gate gate : {Gate{20, -65.0}, Gate{50, -80.0}}) {
        for (const auto& [from, to] :
             std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}, {0, 2}, {2, 1}}) {
            Stereo out = in;
            Glide glide(states[from], states[to], kBegin, gate.ms * kSampleRateHz / 1'000);
            sound::run(glide, out, {32});
            const auto heard = above(out);
            for (const std::size_t ear : {0U, 1U}) {
                const double allowed =
                    std::max({gate.most_dbfs, steady[from][ear], steady[to][ear]});
                EXPECT_LE(heard[ear], allowed + 0.1)
                    << gate.ms << " ms, " << from << " to " << to << ", ear " << ear;
            }
        }
    }
}

TEST(SmearingStage, A1EndsAGlideToNothingBitExact) {
    const Stereo in = sound::noise(0.5, 9'600, 8);
    Stereo out = in;
    Glide glide(golden::simple_parameters(), {}, 960, 1'920);
    sound::run(glide, out, {32});
    // The last frame that smears ends before 2 880 and is heard for its length after its latency.
    constexpr int kExact = 2'880 + kLatency;
    EXPECT_TRUE(sound::identical(part(out, kExact), part(sound::delayed(in, kLatency), kExact)));
    EXPECT_NE(out.left[1'500], in.left[1'500 - kLatency]);
}

TEST(SmearingStage, LeavesBassOutOfTheTreble) {
    // The bin at half the sample rate once took its neighbour's gain, which has no bound where that
    // neighbour is all but empty: these tones came out with -11 and -19 dB of treble.
    SmearingMatrices matrices(SmearingMatrix::Form::dense);
    const SmearingParameters severe = golden::parameters(SmearingDegree::severe, 1.0, matrices);
    Stereo in(12'000);
    in.left = sound::tone(113.69, 0.3, in.frames()).left;
    in.right = sound::tone(104.37, 0.3, in.frames()).right;
    const Stereo out = render(severe, in);
    // Filters widened so far reach down to the bass, for -23 dB in all; the phases of empty bins
    // scatter most of that.
    EXPECT_LE(sound::level_above_dbfs(out.left, 8'000.0, 2'000), -50.0);
    EXPECT_LE(sound::level_above_dbfs(out.right, 8'000.0, 2'000), -50.0);
}

TEST(SmearingStage, TakesHostileSoundWithoutHarm) {
    SmearingMatrices matrices;
    const SmearingParameters parameters = golden::parameters(SmearingDegree::severe, 1.0, matrices);
    const std::vector<std::function<double(int)>> sounds = {
        [](int n) { return n % 2 == 0 ? 3e38 : -3e38; },
        [](int n) { return n % 50 < 25 ? 1e6 : -1e6; },
        [](int n) { return n % 50 < 25 ? 2.0 : -2.0; },
        [](int n) { return n % 3 == 0 ? 1e-40 : 0.0; },
        [](int n) { return n == 1'000 ? 1e30 : 1e-9 * std::sin(0.1 * n); },
        [](int) { return 1.0; },
        [](int n) { return std::exp(-0.02 * n); },
    };
    for (std::size_t i = 0; i < sounds.size(); ++i) {
        const Stereo in = sound::both(4'800, sounds[i]);
        const Stereo out = render(parameters, in);
        double loudest = 0.0;
        for (const float sample : out.left) {
            ASSERT_TRUE(std::isfinite(sample)) << "sound " << i;
            loudest = std::max(loudest, std::abs(static_cast<double>(sample)));
        }
        EXPECT_LE(loudest, 4.0 * sound::largest(in)) << "sound " << i;
    }
}

TEST(SmearingStage, HearsWhatIsNotANumberOnce) {
    const SmearingParameters parameters = golden::simple_parameters();
    const Stereo clean = sound::noise(0.5, 6'000, 9);
    Stereo broken = clean;
    broken.left[2'000] = std::numeric_limits<float>::quiet_NaN();
    broken.left[2'001] = -std::numeric_limits<float>::infinity();
    const Stereo expected = render(parameters, clean);
    const Stereo out = render(parameters, broken);
    EXPECT_EQ(out.right, expected.right);
    for (int i = 0; i < out.frames(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const bool here = i == 2'000 + kLatency || i == 2'001 + kLatency;
        ASSERT_EQ(std::isfinite(out.left[at]), !here) << i;
        // Frames with such samples pass as they are: a frame's length to both sides.
        if (std::abs(i - 2'000 - kLatency) > kLatency) {
            ASSERT_EQ(out.left[at], expected.left[at]) << i;
        }
    }
}

}  // namespace
}  // namespace earshot::dsp
