#include "common/dsp/chain/layer_mixer.hpp"

#include "common/dsp/chain/hearing_chain.hpp"
#include "common/dsp/fade_curve.hpp"
#include "tests/support/hearing_states.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <vector>

namespace earshot::dsp {
namespace {

using sound::Stereo;

constexpr std::array kMixAlone{LayerName::mix};
constexpr std::array kMixAndDialogue{LayerName::mix, LayerName::dialogue};
constexpr std::array kMixAndBody{LayerName::mix, LayerName::body};

StatePtr with_layer(LayerName name, double gain_db, LayerRoute route = LayerRoute::loss) {
    HearingSettings settings;
    settings.layers[static_cast<std::size_t>(name)] = {.gain_db = gain_db, .route = route};
    return test::prepared(settings);
}

/// What a mixer made of layers.
struct Mixed {
    Stereo outside;
    Stereo inside;
};

struct Change {
    int frame;
    Transition to;
};

/// Puts layers through a mixer in blocks of the given sizes in turn.
Mixed mix(LayerMixer& mixer,
          const std::vector<Stereo>& layers,
          const std::vector<Change>& changes = {},
          const std::vector<int>& blocks = {960}) {
    const int frames = layers.front().frames();
    Mixed out{Stereo(frames), Stereo(frames)};
    audio::Block in(2 * static_cast<int>(layers.size()), 960);
    audio::Block outside(2, 960);
    audio::Block inside(2, 960);
    std::size_t turn = 0;
    std::size_t next = 0;
    for (int done = 0; done < frames;) {
        const int count = std::min(blocks[turn++ % blocks.size()], frames - done);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const int channel = 2 * static_cast<int>(i);
            std::copy_n(layers[i].left.begin() + done, count, in.channel(channel).begin());
            std::copy_n(layers[i].right.begin() + done, count, in.channel(channel + 1).begin());
        }
        for (; next < changes.size() && changes[next].frame < done + count; ++next) {
            mixer.change(changes[next].to, Frames{changes[next].frame - done});
        }
        (void)mixer.process(in.view().part(0, count), outside.view().part(0, count),
                            inside.view().part(0, count));
        std::copy_n(outside.channel(0).begin(), count, out.outside.left.begin() + done);
        std::copy_n(outside.channel(1).begin(), count, out.outside.right.begin() + done);
        std::copy_n(inside.channel(0).begin(), count, out.inside.left.begin() + done);
        std::copy_n(inside.channel(1).begin(), count, out.inside.right.begin() + done);
        done += count;
    }
    return out;
}

Stereo constant(float value, int frames) {
    return sound::both(frames, [value](int) { return static_cast<double>(value); });
}

TEST(LayerMixer, PassesAMixAloneBitForBit) {
    const Stereo in = sound::programme(0.5, 4'800, 1);
    LayerMixer mixer(kMixAlone);
    const StatePtr full = test::state("full");
    const StatePtr lost = test::state("sudden_loss");
    mixer.start({.state = full.get()});
    const Mixed out = mix(mixer, {in}, {{.frame = 1'000, .to = {lost.get(), Frames{960}}}});
    EXPECT_TRUE(sound::identical(out.outside, in));
    EXPECT_EQ(sound::largest(out.inside), 0.0);
}

TEST(LayerMixer, SumsLayersAsTheStateSays) {
    const Stereo a = sound::noise(0.3, 960, 1);
    const Stereo b = sound::noise(0.3, 960, 2);
    LayerMixer mixer(kMixAndDialogue);
    const StatePtr state = with_layer(LayerName::dialogue, -6.0);
    mixer.start({.state = state.get()});
    const Mixed out = mix(mixer, {a, b});
    for (std::size_t i = 0; i < a.left.size(); ++i) {
        ASSERT_NEAR(out.outside.left[i], a.left[i] + 0.501187F * b.left[i], 1e-6F);
        ASSERT_NEAR(out.outside.right[i], a.right[i] + 0.501187F * b.right[i], 1e-6F);
    }
}

TEST(LayerMixer, FadesFromTheVeryFrameOfTheCue) {
    const StatePtr full = test::state("full");
    const StatePtr quiet = with_layer(LayerName::dialogue, -20.0);
    LayerMixer mixer(kMixAndDialogue);
    mixer.start({.state = full.get()});
    const Mixed out = mix(mixer, {Stereo(9'600), constant(1.0F, 9'600)},
                          {{.frame = 2'345, .to = {quiet.get(), Frames{4'800}}}});
    for (int n = 0; n < 9'600; ++n) {
        const double u = fade_value(FadeCurve::quintic, (n - 2'345) / 4'800.0);
        ASSERT_NEAR(out.outside.left[static_cast<std::size_t>(n)], 1.0 - 0.9 * u, 1e-6) << n;
    }
}

TEST(LayerMixer, J1GivesTheSameSamplesInAnyBlocks) {
    const StatePtr full = test::state("full");
    const StatePtr quiet = with_layer(LayerName::dialogue, -20.0, LayerRoute::inside);
    const std::vector<Stereo> layers{sound::noise(0.3, 7'200, 1), sound::noise(0.3, 7'200, 2)};
    const std::vector<Change> changes{{.frame = 1'000, .to = {quiet.get(), Frames{2'400}}},
                                      {.frame = 2'000, .to = {full.get(), Frames{960}}}};
    LayerMixer mixer(kMixAndDialogue);
    mixer.start({.state = full.get()});
    const Mixed whole = mix(mixer, layers, changes);
    for (const std::vector<int>& blocks : {std::vector<int>{1}, {7, 960, 33}, {256}, {257}}) {
        mixer.start({.state = full.get()});
        const Mixed parts = mix(mixer, layers, changes, blocks);
        EXPECT_TRUE(sound::identical(parts.outside, whole.outside)) << blocks.front();
        EXPECT_TRUE(sound::identical(parts.inside, whole.inside)) << blocks.front();
    }
}

TEST(LayerMixer, G5StandsInAFadeAsPlayingWouldHave) {
    const StatePtr full = test::state("full");
    const StatePtr quiet = with_layer(LayerName::dialogue, -20.0);
    const StatePtr gone = with_layer(LayerName::dialogue, -120.0);
    const Stereo sound = sound::noise(0.5, 9'600, 3);
    const Transition first{quiet.get(), Frames{4'800}};
    const Transition second{gone.get(), Frames{4'800}, FadeCurve::linear};
    LayerMixer mixer(kMixAndDialogue);
    mixer.start({.state = full.get()});
    const Mixed played = mix(mixer, {Stereo(9'600), sound},
                             {{.frame = 1'000, .to = first}, {.frame = 3'000, .to = second}});
    Standing standing{.state = full.get()};
    standing.add(first, Frames{3'000});
    standing.add(second, Frames{1'000});
    mixer.start(standing);
    Stereo rest(5'600);
    std::copy(sound.left.begin() + 4'000, sound.left.end(), rest.left.begin());
    std::copy(sound.right.begin() + 4'000, sound.right.end(), rest.right.begin());
    const Mixed sought = mix(mixer, {Stereo(5'600), rest});
    EXPECT_EQ(std::memcmp(sought.outside.left.data(), played.outside.left.data() + 4'000,
                          5'600 * sizeof(float)),
              0);
}

/// Frames from the change on until a layer that was silent is at full level.
int frames_to_return(bool sudden) {
    const StatePtr gone = with_layer(LayerName::dialogue, -120.0);
    const StatePtr full = test::state("full");
    LayerMixer mixer(kMixAndDialogue);
    mixer.start({.state = gone.get()});
    const Mixed out =
        mix(mixer, {Stereo(24'000), constant(1.0F, 24'000)},
            {{.frame = 100, .to = {full.get(), Frames{960}, FadeCurve::quintic, sudden}}});
    EXPECT_EQ(out.outside.left[100], 0.0F);
    const auto end = std::find(out.outside.left.begin(), out.outside.left.end(), 1.0F);
    return static_cast<int>(end - out.outside.left.begin()) - 100;
}

TEST(LayerMixer, LetsALayerComeBackFromSilenceSlowly) {
    EXPECT_NEAR(frames_to_return(false), 14'400, 200);
    EXPECT_NEAR(frames_to_return(true), 1'440, 40);
}

TEST(LayerMixer, PutsTheBodyInsideTheHead) {
    const StatePtr full = test::state("full");
    LayerMixer mixer(kMixAndBody);
    mixer.start({.state = full.get()});
    const Mixed out = mix(mixer, {constant(0.25F, 960), constant(0.5F, 960)});
    EXPECT_EQ(out.outside.left[500], 0.25F);
    EXPECT_EQ(out.inside.left[500], 0.5F);
}

TEST(LayerMixer, J2WorksUnderRealtimeRules) {
    const StatePtr full = test::state("full");
    const StatePtr quiet = with_layer(LayerName::body, -20.0, LayerRoute::loss);
    LayerMixer mixer(kMixAndBody);
    mixer.start({.state = full.get()});
    audio::Block in(4, 960);
    audio::Block outside(2, 960);
    audio::Block inside(2, 960);
    test::rt_guard::expect_realtime_safe([&] {
        mixer.change({quiet.get(), Frames{960}}, Frames{10});
        (void)mixer.process(in.view(), outside.view(), inside.view());
        mixer.start({.state = quiet.get()});
    });
}

/// A chain's output for a programme and what is inside the head.
Stereo render_inside(const StatePtr& state, const Stereo& in, const Stereo& inside, int block) {
    HearingChain chain;
    chain.start({.state = state.get()});
    audio::Block from(2, block);
    audio::Block head(2, block);
    Stereo out(in.frames());
    for (int done = 0; done < in.frames(); done += block) {
        const int count = std::min(block, in.frames() - done);
        std::copy_n(in.left.begin() + done, count, from.channel(0).begin());
        std::copy_n(in.right.begin() + done, count, from.channel(1).begin());
        std::copy_n(inside.left.begin() + done, count, head.channel(0).begin());
        std::copy_n(inside.right.begin() + done, count, head.channel(1).begin());
        const audio::BlockView view = from.view().part(0, count);
        chain.process(view, head.view().part(0, count), view);
        std::copy_n(view.channel(0).begin(), count, out.left.begin() + done);
        std::copy_n(view.channel(1).begin(), count, out.right.begin() + done);
    }
    return out;
}

TEST(HearingChain, AddsWhatIsInsideTheHeadAfterTheLossInTheSameFrames) {
    const Stereo in = sound::programme(0.2, 9'600, 5);
    const Stereo inside = sound::tone(3'000.0, 0.1, 9'600);
    const StatePtr lost = test::bare_state("sudden_loss");
    const Stereo with = render_inside(lost, in, inside, 960);
    const Stereo without = render_inside(lost, in, Stereo(9'600), 960);
    const Stereo late = sound::delayed(inside, 960);
    for (std::size_t i = 0; i < with.left.size(); ++i) {
        ASSERT_NEAR(with.left[i] - without.left[i], late.left[i], 1e-6F) << i;
    }
    EXPECT_TRUE(sound::identical(with, render_inside(lost, in, inside, 77)));
}

TEST(HearingChain, HearsAsBeforeWhereNothingIsInside) {
    const Stereo in = sound::programme(0.2, 4'800, 5);
    const Stereo silent = render_inside(test::state("full"), in, Stereo(4'800), 480);
    EXPECT_TRUE(sound::identical(silent, sound::delayed(in, 960)));
}

}  // namespace
}  // namespace earshot::dsp
