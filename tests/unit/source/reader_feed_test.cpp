#include "server/source/reader_feed.hpp"

#include "server/source/stereo_frame.hpp"
#include "tests/support/rt_guard.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace earshot::source {
namespace {

using audio::Block;

ProgrammeTime frame(std::int64_t number) {
    return ProgrammeTime{Frames{number}};
}

/// The left channel says the position, modulo 2^16; the right its negative.
float sample_at(std::int64_t position) {
    return static_cast<float>(position & 0xffff) / 65'536.0F;
}

/// What a reader does when the test wants it to.
struct Medium {
    std::atomic<bool> blocked{false};
    std::atomic<bool> fails{false};
    std::atomic<int> reads{0};
};

class CountingReader final : public audio::ProgrammeReader {
public:
    explicit CountingReader(Medium& medium) : medium_(medium) {}
    [[nodiscard]] std::optional<Frames> length() const override { return Frames{1'000'000}; }
    bool read(ProgrammeTime at, audio::BlockView out) override {
        while (medium_.blocked.load()) {
            std::this_thread::yield();
        }
        medium_.reads.fetch_add(1);
        audio::clear(out);
        if (medium_.fails.load()) {
            return false;
        }
        for (int n = 0; n < out.frames(); ++n) {
            const float sample = sample_at(at.time_since_epoch().count() + n);
            out.channel(0)[static_cast<std::size_t>(n)] = sample;
            out.channel(1)[static_cast<std::size_t>(n)] = -sample;
        }
        return true;
    }
    [[nodiscard]] std::string description() const override { return "counting"; }

private:
    Medium& medium_;
};

/// Waits for another thread; never by a fixed time.
void wait_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!condition()) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        std::this_thread::yield();
    }
}

void expect_from(const Block& block, std::int64_t position, int first = 0) {
    for (int n = first; n < block.frames(); ++n) {
        const auto at = static_cast<std::size_t>(n);
        ASSERT_EQ(block.channel(0)[at], sample_at(position + n)) << n;
        ASSERT_EQ(block.channel(1)[at], -sample_at(position + n)) << n;
    }
}

class ReaderFeedTest : public ::testing::Test {
protected:
    void prime(ReaderFeed& feed, int lane, std::int64_t from) {
        feed.prepare(lane, frame(from));
        wait_until([&] { return feed.primed(lane); });
    }
    Medium medium_;
    ReaderFeed feed_{std::make_unique<CountingReader>(medium_)};
    Block out_{2, 960};
};

TEST_F(ReaderFeedTest, PlaysFromThePreparedPosition) {
    prime(feed_, 0, 12'345);
    for (int n = 0; n < 30; ++n) {
        feed_.pull(0, out_.view());
        expect_from(out_, 12'345 + 960 * n);
    }
    EXPECT_EQ(feed_.counters().starved_frames, 0U);
    EXPECT_TRUE(feed_.seekable());
    EXPECT_EQ(feed_.length(), Frames{1'000'000});
}

TEST_F(ReaderFeedTest, SaysWhetherItHoldsWhatIsDue) {
    EXPECT_FALSE(feed_.holds(0, Frames{960})) << "nothing is prepared";
    medium_.blocked = true;
    feed_.prepare(0, frame(0));
    EXPECT_FALSE(feed_.holds(0, Frames{960}));
    feed_.pull(0, out_.view());  // not due to be taken, and taken: silence that is now owed
    medium_.blocked = false;
    wait_until([&] { return feed_.holds(0, Frames{960}); });
    feed_.pull(0, out_.view());
    const std::uint64_t starved = feed_.counters().starved_frames;
    for (int n = 0; n < 200; ++n) {
        wait_until([&] { return feed_.holds(0, Frames{960}); });
        feed_.pull(0, out_.view());
    }
    EXPECT_EQ(feed_.counters().starved_frames, starved);
}

TEST_F(ReaderFeedTest, PlaysTwoLanesIndependently) {
    prime(feed_, 0, 1'000);
    prime(feed_, 1, 500'000);
    for (int n = 0; n < 20; ++n) {
        feed_.pull(0, out_.view());
        expect_from(out_, 1'000 + 960 * n);
        feed_.pull(1, out_.view());
        expect_from(out_, 500'000 + 960 * n);
    }
}

TEST_F(ReaderFeedTest, GivesMuchAtOnceWhenThePlayerCatchesUp) {
    prime(feed_, 0, 0);
    Block much(2, ReaderFeed::kPrimedFrames);
    feed_.pull(0, much.view());
    expect_from(much, 0);
}

TEST_F(ReaderFeedTest, NeverPlaysOldSoundAfterALaneIsPreparedAgain) {
    for (int round = 0; round < 20; ++round) {
        const std::int64_t from = 10'000 + 7'919 * round;
        prime(feed_, 0, from);
        feed_.pull(0, out_.view());
        expect_from(out_, from);
    }
}

TEST_F(ReaderFeedTest, IsSilentWhileALaneIsBeingPrepared) {
    prime(feed_, 0, 1'000);
    medium_.blocked = true;
    feed_.prepare(0, frame(2'000));
    EXPECT_FALSE(feed_.primed(0));
    feed_.pull(0, out_.view());
    for (const float sample : out_.channel(0)) {
        ASSERT_EQ(sample, 0.0F);
    }
    medium_.blocked = false;
}

TEST_F(ReaderFeedTest, StartsBeforeTheProgrammeWithWhatTheReaderGivesThere) {
    prime(feed_, 0, -960);
    feed_.pull(0, out_.view());
    expect_from(out_, -960);
}

TEST_F(ReaderFeedTest, KeepsPositionsTrueAfterItRanDry) {
    prime(feed_, 0, 0);
    medium_.blocked = true;
    std::int64_t position = 0;
    while (feed_.counters().starved_frames == 0) {
        feed_.pull(0, out_.view());
        position += 960;
    }
    feed_.pull(0, out_.view());
    position += 960;
    EXPECT_EQ(out_.channel(0)[500], 0.0F);
    EXPECT_EQ(feed_.counters().stalls, 1U);
    EXPECT_TRUE(feed_.counters().stalled);
    medium_.blocked = false;
    wait_until([&] { return feed_.primed(0); });
    const std::uint64_t before = feed_.counters().starved_frames;
    feed_.pull(0, out_.view());
    position += 960;
    EXPECT_EQ(feed_.counters().starved_frames, before);
    EXPECT_FALSE(feed_.counters().stalled);
    expect_from(out_, position - 960, kGapFadeFrames);  // faded in, then exact
    EXPECT_LT(std::abs(out_.channel(0)[0]), std::abs(sample_at(position - 960)) + 1e-6F);
}

TEST_F(ReaderFeedTest, SleepsWhenBothLanesAreFull) {
    prime(feed_, 0, 0);
    prime(feed_, 1, 0);
    int reads = -1;
    wait_until([&] {
        const int now = medium_.reads.load();
        const bool settled = now >= 2 * (ReaderFeed::kRingFrames / 2'400);
        reads = now;
        return settled;
    });
    EXPECT_EQ(medium_.reads.load(), reads);
    EXPECT_EQ(reads, 2 * (ReaderFeed::kRingFrames / 2'400));
}

TEST_F(ReaderFeedTest, ReportsAMediumThatFails) {
    medium_.fails = true;
    feed_.prepare(0, frame(0));
    wait_until([&] { return feed_.counters().stalled; });
    EXPECT_EQ(feed_.counters().stalls, 1U);
}

TEST_F(ReaderFeedTest, PullsUnderRealtimeRules) {
    prime(feed_, 0, 0);
    test::rt_guard::expect_realtime_safe([&] {
        feed_.pull(0, out_.view());
        feed_.pull(1, out_.view());  // never prepared: silence
        (void)feed_.counters();
    });
    EXPECT_EQ(out_.channel(0)[0], 0.0F);
}

/// Three layers: the position, times 1, 2 and 3.
class LayeredReader final : public audio::ProgrammeReader {
public:
    [[nodiscard]] std::optional<Frames> length() const override { return std::nullopt; }
    [[nodiscard]] int layers() const override { return 3; }
    bool read(ProgrammeTime at, audio::BlockView out) override {
        for (int c = 0; c < out.channels(); ++c) {
            for (int n = 0; n < out.frames(); ++n) {
                out.channel(c)[static_cast<std::size_t>(n)] =
                    static_cast<float>(c / 2 + 1) * sample_at(at.time_since_epoch().count() + n);
            }
        }
        return true;
    }
    [[nodiscard]] std::string description() const override { return "layered"; }
};

TEST(ReaderFeed, KeepsLayersSideBySide) {
    ReaderFeed feed(std::make_unique<LayeredReader>());
    EXPECT_EQ(feed.layers(), 3);
    feed.prepare(1, frame(777));
    wait_until([&] { return feed.primed(1); });
    Block out(6, 1'000);  // more than is taken at once
    std::int64_t position = 777;
    for (int block = 0; block < 80; ++block, position += 1'000) {
        wait_until([&] { return feed.primed(1); });
        feed.pull(1, out.view());
        for (int c = 0; c < 6; ++c) {
            for (int n = 0; n < 1'000; ++n) {
                ASSERT_EQ(out.channel(c)[static_cast<std::size_t>(n)],
                          static_cast<float>(c / 2 + 1) * sample_at(position + n));
            }
        }
    }
    EXPECT_EQ(feed.counters().starved_frames, 0U);
}

TEST(ReaderFeed, AppliesItsGainAndIsExactWithoutOne) {
    Medium medium;
    ReaderFeed feed(std::make_unique<CountingReader>(medium), -6.0);
    feed.prepare(0, frame(1'000));
    wait_until([&] { return feed.primed(0); });
    Block out(2, 960);
    feed.pull(0, out.view());
    EXPECT_FLOAT_EQ(out.channel(0)[100], sample_at(1'100) * std::pow(10.0F, -0.3F));
}

TEST(ReaderFeed, RefusesAGainThatCannotBeMeant) {
    Medium medium;
    EXPECT_THROW(ReaderFeed(std::make_unique<CountingReader>(medium), 60.0), std::invalid_argument);
    EXPECT_THROW(ReaderFeed(std::make_unique<CountingReader>(medium), std::nan("")),
                 std::invalid_argument);
    EXPECT_THROW(ReaderFeed(nullptr, 0.0), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::source
