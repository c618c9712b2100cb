#include "common/base/level.hpp"
#include "common/dsp/chain/hearing_chain.hpp"
#include "tests/unit/dsp_chain/slow_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

namespace earshot::dsp {
namespace {

using sound::frame_of;
using sound::Stereo;

constexpr int kDelay = 960;  ///< The chain's output comes so long after its input.
constexpr double kCueAt = 5.0;

/// A loud film of 8 s, and a change into a state of it at 5 s.
struct Film {
    Stereo sound = sound::programme(0.7, static_cast<int>(frame_of(8.0)), 21);
    StatePtr before = test::state("full");
    StatePtr state;
    Transition change;

    explicit Film(std::string_view preset)
        : state(sound::preset_in(sound::measured(sound), preset)),
          change{.target = state.get(), .fade = Frames{12'000}} {}

    /// What is heard from programme frame 0 on, played from there.
    [[nodiscard]] Stereo played() const {
        HearingChain chain;
        chain.start({.state = before.get()}, -kDelay);
        return sound::tail(
            sound::render(chain, fed(0), {{.frame = frame_of(kCueAt) + kDelay, .to = change}}),
            kDelay);
    }
    /// The same from a frame on, after a seek there with a second to warm up.
    [[nodiscard]] Stereo sought(std::int64_t from) const {
        const std::int64_t first = from - frame_of(1.0);
        Standing standing{.state = before.get()};
        standing.add(change, Frames{0});
        standing.advance(Frames{first - kDelay - frame_of(kCueAt)});
        HearingChain chain;
        chain.start(standing, first - kDelay);
        return sound::tail(sound::render(chain, fed(first)),
                           kDelay + static_cast<int>(from - first));
    }

private:
    /// The film from a frame on, and as much silence as the chain needs to give its last frame.
    [[nodiscard]] Stereo fed(std::int64_t first) const {
        Stereo in(sound.frames() - static_cast<int>(first) + kDelay);
        std::ranges::copy(sound.left.begin() + first, sound.left.end(), in.left.begin());
        std::ranges::copy(sound.right.begin() + first, sound.right.end(), in.right.begin());
        return in;
    }
};

class SlowSeek : public testing::TestWithParam<const char*> {};

TEST_P(SlowSeek, G5SoundAfterASeekIsAsPlayingGivesIt) {
    const Film film(GetParam());
    const Stereo played = film.played();
    // Before the change, in its fade, in the rise of a ringing, and long after.
    for (const double at : {4.9, 5.1, 5.4, 7.0}) {
        const Stereo sought = film.sought(frame_of(at));
        const double db = gain_to_db(
            sound::largest_difference(sought, sound::tail(played, static_cast<int>(frame_of(at)))));
        std::cout << "  " << GetParam() << " from " << at << " s: " << db << " dBFS\n";
        EXPECT_LT(db, -110.0);
    }
}

INSTANTIATE_TEST_SUITE_P(States, SlowSeek, testing::Values("tts", "tinnitus", "sudden_loss"));

TEST(SlowSeek, HearsTheFilmThatItIsMeantToHear) {
    // The seek would tell nothing if the film did not change the states.
    const Film film("tts");
    AcousticPathParameters shifted = film.state->acoustic;
    film.state->slow->shift(frame_of(7.0), 1.0, shifted);
    const auto& losses = shifted.bank.ears[0].sensory_db;
    EXPECT_GT(*std::ranges::max_element(losses), 1.5F);
    const auto ringing = film.state->slow->ringing(frame_of(7.0));
    EXPECT_LT(ringing[0], 0.9);
}

}  // namespace
}  // namespace earshot::dsp
