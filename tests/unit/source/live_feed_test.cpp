#include "server/source/live_feed.hpp"

#include "tests/support/rt_guard.hpp"
#include "tests/unit/audio/sine_fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

namespace earshot::source {
namespace {

using audio::Block;

constexpr double kToneHz = 500.0;
constexpr double kTurn = 2.0 * std::numbers::pi;

class HandClock final : public MediaClockSource {
public:
    explicit HandClock(const MediaInstant& now) : now_(now) {}
    [[nodiscard]] MediaInstant now() const noexcept override { return now_; }

private:
    const MediaInstant& now_;
};

/// An input without a thread: the test pushes.
class HandInput final : public LiveInput {
public:
    explicit HandInput(LiveBuffer*& buffer, bool waits) : buffer_(buffer), waits_(waits) {}
    void start(LiveBuffer& buffer) override { buffer_ = &buffer; }
    [[nodiscard]] std::string description() const override { return "hand"; }
    [[nodiscard]] bool waits() const noexcept override { return waits_; }

private:
    LiveBuffer*& buffer_;
    bool waits_;
};

class LiveFeedTest : public ::testing::Test {
protected:
    explicit LiveFeedTest(bool waits = true)
        : feed_(std::make_unique<HandInput>(buffer_, waits), std::make_unique<HandClock>(now_)) {}

    void push_tone(int frames) {
        std::vector<StereoFrame> sound(static_cast<std::size_t>(frames));
        for (StereoFrame& one : sound) {
            const double angle = kTurn * kToneHz / 48'000.0 * static_cast<double>(written_++);
            one = {static_cast<float>(0.5 * std::cos(angle)),
                   static_cast<float>(0.5 * std::sin(angle))};
        }
        buffer_->dropped(sound.size() - buffer_->push(sound));
        buffer_->note(0, false);
    }
    /// 20 ms go by: a chunk comes at their start, if one does; the engine pulls phase_ later.
    void go(bool chunk = true) {
        if (chunk) {
            push_tone(960);
        }
        now_ += phase_;
        feed_.pull(0, out_.view());
        now_ += std::chrono::milliseconds{20} - phase_;
        heard_.insert(heard_.end(), out_.channel(0).begin(), out_.channel(0).end());
    }
    /// Largest second difference: what a click is made of.
    [[nodiscard]] double sharpest_bend() const {
        double largest = 0.0;
        for (std::size_t n = 1; n + 1 < heard_.size(); ++n) {
            largest = std::max(largest, std::abs(static_cast<double>(heard_[n - 1]) -
                                                 2.0 * static_cast<double>(heard_[n]) +
                                                 static_cast<double>(heard_[n + 1])));
        }
        return largest;
    }

    std::chrono::milliseconds phase_{10};
    MediaInstant now_{std::chrono::seconds{100}};
    LiveBuffer* buffer_ = nullptr;
    LiveFeed feed_;
    Block out_{2, 960};
    std::vector<float> heard_;
    std::int64_t written_ = 0;
};

class DeviceFeedTest : public LiveFeedTest {
protected:
    DeviceFeedTest() : LiveFeedTest(false) {}
};

TEST_F(LiveFeedTest, PassesASteadySourceUndistorted) {
    for (int n = 0; n < 250; ++n) {
        go();
    }
    const auto settled = std::span<const float>{heard_}.last(4'800);
    const test::SineFit fit = test::fit_sine(settled, kTurn * kToneHz / 48'000.0);
    EXPECT_NEAR(fit.amplitude, 0.5, 1e-3);
    EXPECT_LT(fit.thd_n_db(), -60.0);  // A pull of a few ppm is left; it is no distortion.
    const audio::FeedCounters counters = feed_.counters();
    EXPECT_EQ(counters.stalls, 0U);
    EXPECT_EQ(counters.starved_frames, 0U);
    EXPECT_FALSE(counters.stalled);
    EXPECT_NEAR(counters.rate_ppm, 0.0, 1.0);
    EXPECT_NEAR(counters.fill_ms, 47.5, 3.0);
}

TEST_F(LiveFeedTest, IsSilentAndStalledUntilAWriterComes) {
    go(false);
    go(false);
    EXPECT_TRUE(feed_.counters().stalled);
    EXPECT_EQ(feed_.counters().stalls, 0U);
    EXPECT_EQ(feed_.counters().starved_frames, 0U);
    EXPECT_EQ(*std::max_element(heard_.begin(), heard_.end()), 0.0F);
    EXPECT_FALSE(feed_.seekable());
    EXPECT_FALSE(feed_.length().has_value());
    EXPECT_TRUE(feed_.primed(0));
}

class LiveFeedAtEveryPhase : public LiveFeedTest, public ::testing::WithParamInterface<int> {};

TEST_P(LiveFeedAtEveryPhase, FadesOutAtAStallAndInWhenTheSourceIsBack) {
    phase_ = std::chrono::milliseconds{GetParam()};
    for (int n = 0; n < 40; ++n) {
        go();
    }
    for (int n = 0; n < 70; ++n) {
        go(false);
    }
    EXPECT_EQ(out_.channel(0)[0], 0.0F);
    EXPECT_TRUE(feed_.counters().stalled);
    EXPECT_EQ(feed_.counters().stalls, 1U);
    EXPECT_GT(feed_.counters().starved_frames, 60U * 960U);
    for (int n = 0; n < 40; ++n) {
        go();
    }
    EXPECT_FALSE(feed_.counters().stalled);
    EXPECT_EQ(feed_.counters().stalls, 1U);
    EXPECT_GT(*std::max_element(heard_.end() - 960, heard_.end()), 0.49F);
    // The tone itself bends by 0.00214 a sample; the shortest fade here (2.5 ms) adds up to
    // 0.5 * 6 / 120^2 by its own bend and 2 * 0.0327 * 1.5 / 120 by its product with the slope.
    EXPECT_LT(sharpest_bend(), 0.0035);
}

INSTANTIATE_TEST_SUITE_P(Phases,
                         LiveFeedAtEveryPhase,
                         ::testing::Values(0, 1, 3, 7, 10, 13, 17, 19));

TEST_F(LiveFeedTest, LeavesTheOtherLaneSilent) {
    for (int n = 0; n < 10; ++n) {
        go();
    }
    feed_.pull(1, out_.view());
    EXPECT_EQ(out_.channel(0)[10], 0.0F);
}

TEST_F(LiveFeedTest, PullsUnderRealtimeRules) {
    for (int n = 0; n < 10; ++n) {
        go();
    }
    push_tone(960);
    test::rt_guard::expect_realtime_safe([&] {
        feed_.tick(now_);
        feed_.pull(0, out_.view());
        feed_.pull(0, out_.view());
        feed_.pull(0, out_.view());
        feed_.pull(0, out_.view());  // by now it has run dry
        (void)feed_.counters();
    });
    EXPECT_EQ(feed_.counters().stalls, 1U);
}

TEST_F(DeviceFeedTest, DropsWhatWaitedBeforeAnybodyListened) {
    for (int n = 0; n < 20; ++n) {
        push_tone(960);
    }
    for (int n = 0; n < 100; ++n) {
        go();
    }
    EXPECT_EQ(feed_.counters().overrun_frames, 0U);
    EXPECT_NEAR(feed_.counters().fill_ms, 47.5, 8.0);
}

TEST_F(DeviceFeedTest, CountsWhatFoundNoRoom) {
    for (int n = 0; n < 50; ++n) {
        go();
    }
    push_tone(4'800);
    EXPECT_GT(feed_.counters().overrun_frames, 1'000U);
}

TEST(LiveFeed, NeedsAnInput) {
    MediaInstant now{};
    EXPECT_THROW(LiveFeed(nullptr, std::make_unique<HandClock>(now)), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::source
