#include "client/core/state_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MediaTime media(std::int64_t frames) {
    return MediaTime{Frames{frames}};
}

StateEvent change(std::uint8_t stream,
                  std::int64_t at,
                  const std::string& state,
                  std::uint32_t epoch = 1) {
    StateEvent event;
    event.stream = StreamId{stream};
    event.epoch = Epoch{epoch};
    event.media = media(at);
    event.state = state;
    return event;
}

std::vector<std::string> states(const std::vector<StateEvent>& events) {
    std::vector<std::string> names;
    for (const StateEvent& event : events) {
        names.push_back(event.state);
    }
    return names;
}

TEST(StateWatch, TellsAChangeWhenItsFirstFrameSounds) {
    StateWatch watch;
    watch.announce(change(0, 48'000, "muffled_inner"));
    EXPECT_THAT(states(watch.advance(media(47'999), StreamId{0})), IsEmpty());
    EXPECT_FALSE(watch.heard());
    EXPECT_EQ(watch.next_due(StreamId{0}), media(48'000));
    EXPECT_THAT(states(watch.advance(media(48'000), StreamId{0})), ElementsAre("muffled_inner"));
    EXPECT_THAT(states(watch.advance(media(48'001), StreamId{0})), IsEmpty());
    EXPECT_EQ(watch.heard()->state, "muffled_inner");
    EXPECT_FALSE(watch.next_due(StreamId{0}));
}

TEST(StateWatch, TellsSeveralInTheOrderOfTheirTimes) {
    StateWatch watch;
    watch.announce(change(0, 300, "felt"));
    watch.announce(change(0, 100, "full"));
    watch.announce(change(0, 200, "sudden_loss"));
    EXPECT_THAT(states(watch.advance(media(1'000), StreamId{0})),
                ElementsAre("full", "sudden_loss", "felt"));
}

TEST(StateWatch, TellsAnAnnouncementThatCameLateAtOnce) {
    StateWatch watch;
    (void)watch.advance(media(5'000), StreamId{0});
    watch.announce(change(0, 100, "full"));
    EXPECT_THAT(states(watch.advance(media(5'001), StreamId{0})), ElementsAre("full"));
}

TEST(StateWatch, IgnoresWhatIsRepeatedAfterAReconnect) {
    StateWatch watch;
    watch.announce(change(0, 100, "full"));
    watch.announce(change(0, 900, "felt"));
    (void)watch.advance(media(500), StreamId{0});
    watch.announce(change(0, 100, "full"));
    watch.announce(change(0, 900, "felt"));
    EXPECT_THAT(states(watch.advance(media(1'000), StreamId{0})), ElementsAre("felt"));
}

TEST(StateWatch, KeepsStreamsApart) {
    StateWatch watch;
    watch.announce(change(0, 100, "full"));
    watch.announce(change(1, 100, "muffled_inner"));
    EXPECT_THAT(states(watch.advance(media(200), StreamId{1})), ElementsAre("muffled_inner"));
    EXPECT_THAT(states(watch.advance(media(201), StreamId{0})), ElementsAre("full"));
    EXPECT_THAT(states(watch.advance(media(202), StreamId{1})), ElementsAre("muffled_inner"));
}

TEST(StateWatch, SaysNothingOnGoingToAStreamInTheSameState) {
    StateWatch watch;
    watch.announce(change(0, 100, "full"));
    watch.announce(change(1, 150, "full"));
    EXPECT_THAT(states(watch.advance(media(200), StreamId{0})), ElementsAre("full"));
    EXPECT_THAT(states(watch.advance(media(201), StreamId{1})), IsEmpty());
}

TEST(StateWatch, ForgetsWhatASeekHasLeftBehind) {
    StateWatch watch;
    watch.announce(change(0, 400, "full", 1));
    watch.announce(change(0, 900, "felt", 1));
    watch.announce(change(0, 500, "implants_off", 2));
    ProgrammeMap map;
    map.assign({{Epoch{1}, media(0), {}, 1.0}, {Epoch{2}, media(500), {}, 1.0}});
    watch.assign(map);
    EXPECT_THAT(states(watch.advance(media(2'000), StreamId{0})),
                ElementsAre("full", "implants_off"));
}

TEST(StateWatch, BoundsWhatWaits) {
    StateWatch watch;
    for (std::int64_t i = 0; i < 1'000; ++i) {
        watch.announce(change(0, 1'000 + i, i % 2 == 0 ? "full" : "felt"));
    }
    EXPECT_EQ(watch.advance(media(10'000), StreamId{0}).size(), StateWatch::kMaxPending);
}

TEST(StateWatch, IgnoresStreamsThatCannotBe) {
    StateWatch watch;
    watch.announce(change(200, 1, "full"));
    EXPECT_THAT(watch.advance(media(10), StreamId{200}), IsEmpty());
    EXPECT_FALSE(watch.next_due(StreamId{200}));
}

}  // namespace
}  // namespace earshot::client
