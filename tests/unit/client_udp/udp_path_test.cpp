#include "client/core/udp_path.hpp"

#include "tests/support/sim_random.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <vector>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{100s};

/// A path, what lies behind it, and a clock that moves by hand.
class UdpPathTest : public testing::Test {
protected:
    /// Lets time pass. Probes are answered after a round trip, if `answers` says so.
    void run(std::chrono::milliseconds length) {
        const LocalInstant end = now_ + length;
        while (true) {
            LocalInstant next = std::min(end, path_.next_due());
            if (!under_way_.empty()) {
                next = std::min(next, under_way_.front().at);
            }
            if (audio_every_ > 0ms) {
                next = std::min(next, next_audio_);
            }
            now_ = std::max(now_, next);
            if (audio_every_ > 0ms && now_ >= next_audio_) {
                next_audio_ += audio_every_;
                path_.heard(now_);
            }
            while (!under_way_.empty() && under_way_.front().at <= now_) {
                path_.acknowledged(under_way_.front().nonce, now_);
                under_way_.pop_front();
            }
            if (const auto nonce = path_.tick(now_, audio_due_)) {
                sent_.push_back(now_);
                if (answers_(now_)) {
                    under_way_.push_back({now_ + round_trip_, *nonce});
                }
            }
            if (now_ >= end) {
                return;
            }
        }
    }

    void hear_every(std::chrono::milliseconds period) {
        audio_every_ = period;
        next_audio_ = now_ + period;
    }

    struct Answer {
        LocalInstant at;
        std::uint64_t nonce;
    };

    UdpPath path_;
    LocalInstant now_ = kStart;
    std::vector<LocalInstant> sent_;
    std::deque<Answer> under_way_;
    std::function<bool(LocalInstant)> answers_ = [](LocalInstant) { return true; };
    std::chrono::milliseconds round_trip_{4};
    std::chrono::milliseconds audio_every_{0};
    LocalInstant next_audio_{};
    bool audio_due_ = false;
};

TEST_F(UdpPathTest, ProbesNothingBeforeAnOffer) {
    EXPECT_EQ(path_.next_due(), LocalInstant::max());
    EXPECT_FALSE(path_.tick(now_, true));
    path_.acknowledged(1, now_);
    EXPECT_FALSE(path_.in_use());
}

TEST_F(UdpPathTest, IsInUseARoundTripAfterTheOffer) {
    path_.begin(now_, 400ms);
    run(3ms);
    EXPECT_FALSE(path_.in_use());
    run(1ms);
    EXPECT_TRUE(path_.in_use());
    EXPECT_EQ(path_.round_trip(), 4ms);
    EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(UdpPathTest, ProbesFiveTimesInTheFirstSecondAndThenLessAndLess) {
    answers_ = [](LocalInstant) { return false; };
    path_.begin(now_, 400ms);
    run(60s);
    ASSERT_GE(sent_.size(), 10U);
    for (std::size_t n = 1; n < 5; ++n) {
        EXPECT_EQ(sent_[n] - sent_[n - 1], 200ms);
    }
    EXPECT_EQ(sent_[5] - sent_[4], 2s);
    for (std::size_t n = 6; n < sent_.size(); ++n) {
        EXPECT_GE(sent_[n] - sent_[n - 1], sent_[n - 1] - sent_[n - 2]);
        EXPECT_LE(sent_[n] - sent_[n - 1], 10s);
    }
    EXPECT_EQ(sent_.back() - sent_[sent_.size() - 2], 10s);
    EXPECT_FALSE(path_.in_use());
}

TEST_F(UdpPathTest, StaysInUseWhileAudioComes) {
    path_.begin(now_, 400ms);
    run(10ms);
    audio_due_ = true;
    hear_every(60ms);
    run(30s);
    EXPECT_TRUE(path_.in_use());
    EXPECT_EQ(path_.fallbacks(), 0U);
    EXPECT_LE(sent_.size(), 2U) << "nothing to ask about";
}

TEST_F(UdpPathTest, FallsBackAfterAQuarterSecondOfSilence) {
    path_.begin(now_, 400ms);
    run(10ms);
    audio_due_ = true;
    hear_every(60ms);
    run(1s);
    answers_ = [](LocalInstant) { return false; };
    audio_every_ = 0ms;
    const LocalInstant silent = now_;
    run(180ms);
    EXPECT_TRUE(path_.in_use());
    run(80ms);
    EXPECT_FALSE(path_.in_use()) << (now_ - silent).count();
    EXPECT_EQ(path_.fallbacks(), 1U);
}

TEST_F(UdpPathTest, WaitsLongerWhereTheLeadIsLonger) {
    path_.begin(now_, 1'500ms);
    run(10ms);
    audio_due_ = true;
    hear_every(60ms);
    run(1s);
    answers_ = [](LocalInstant) { return false; };
    audio_every_ = 0ms;
    run(420ms);
    EXPECT_TRUE(path_.in_use());
    run(100ms);
    EXPECT_FALSE(path_.in_use());
}

TEST_F(UdpPathTest, DoesNotFallBackWhereOnlyTheAudioHasEnded) {
    path_.begin(now_, 400ms);
    run(10ms);
    audio_due_ = true;
    run(2s);
    audio_due_ = false;
    run(60s);
    EXPECT_TRUE(path_.in_use());
}

TEST_F(UdpPathTest, NoticesADeadPathWithoutAudioToo) {
    path_.begin(now_, 400ms);
    run(10ms);
    answers_ = [](LocalInstant) { return false; };
    run(3'100ms);
    EXPECT_FALSE(path_.in_use());
}

TEST_F(UdpPathTest, GoesBackAfterThreeAnswersInARow) {
    path_.begin(now_, 400ms);
    run(10ms);
    audio_due_ = true;
    (void)path_.tick(now_, true);
    answers_ = [](LocalInstant) { return false; };
    run(300ms);
    ASSERT_FALSE(path_.in_use());
    answers_ = [](LocalInstant) { return true; };
    sent_.clear();
    run(2'100ms);
    EXPECT_FALSE(path_.in_use()) << "one answer is not enough";
    run(270ms);
    EXPECT_TRUE(path_.in_use());
    EXPECT_EQ(sent_.size(), 3U);
}

TEST_F(UdpPathTest, IsUsedAgainAtOnceWhereItHadOnlyStalled) {
    path_.begin(now_, 400ms);
    run(500ms);
    answers_ = [](LocalInstant) { return false; };
    audio_due_ = true;
    hear_every(20ms);
    run(1s);
    audio_every_ = 0ms;
    run(280ms);
    ASSERT_FALSE(path_.in_use());
    path_.heard(now_);  // what the stall held up
    EXPECT_TRUE(path_.in_use());
    EXPECT_EQ(path_.fallbacks(), 1U);
    run(200ms);
    EXPECT_TRUE(path_.in_use()) << "and given its time anew";
}

TEST_F(UdpPathTest, OneDatagramOutOfALongSilenceIsNoWayBack) {
    path_.begin(now_, 400ms);
    run(500ms);
    answers_ = [](LocalInstant) { return false; };
    audio_due_ = true;
    run(2s);
    ASSERT_FALSE(path_.in_use());
    path_.heard(now_);
    EXPECT_FALSE(path_.in_use());
}

TEST_F(UdpPathTest, ALostAnswerBreaksTheRow) {
    path_.begin(now_, 400ms);
    run(10ms);
    answers_ = [](LocalInstant) { return false; };
    run(3'100ms);
    ASSERT_FALSE(path_.in_use());
    int asked = 0;
    answers_ = [&](LocalInstant) { return ++asked % 3 != 0; };
    run(60s);
    EXPECT_FALSE(path_.in_use()) << "two of three, for a minute";
}

TEST_F(UdpPathTest, IsNotMisledByASleepOfItsOwn) {
    path_.begin(now_, 400ms);
    run(10ms);
    audio_due_ = true;
    hear_every(60ms);
    run(1s);
    now_ += 30s;  // SIGSTOP: nothing was looked at, and nothing could be heard
    next_audio_ = now_ + 60ms;
    run(1s);
    EXPECT_TRUE(path_.in_use());
    EXPECT_EQ(path_.fallbacks(), 0U);
}

TEST_F(UdpPathTest, BelievesNoInventedOrRepeatedAnswer) {
    answers_ = [](LocalInstant) { return false; };
    path_.begin(now_, 400ms);
    run(1ms);
    for (std::uint64_t nonce : {0ULL, 2ULL, 9ULL, 17ULL, ~0ULL}) {
        path_.acknowledged(nonce, now_);
    }
    EXPECT_FALSE(path_.in_use());
    path_.acknowledged(1, now_ - 1s);
    EXPECT_FALSE(path_.in_use()) << "answered before it was asked";
    path_.acknowledged(1, now_);
    EXPECT_TRUE(path_.in_use());
    run(5s);
    ASSERT_FALSE(path_.in_use());
    for (int n = 0; n < 10; ++n) {
        path_.acknowledged(1, now_);
    }
    EXPECT_FALSE(path_.in_use());
}

TEST_F(UdpPathTest, ANewOfferBeginsAnew) {
    path_.begin(now_, 400ms);
    run(10ms);
    answers_ = [](LocalInstant) { return false; };
    run(3'100ms);
    path_.end();
    EXPECT_EQ(path_.next_due(), LocalInstant::max());
    answers_ = [](LocalInstant) { return true; };
    path_.begin(now_, 400ms);
    run(10ms);
    EXPECT_TRUE(path_.in_use());
}

TEST_F(UdpPathTest, HoldsOutWhereAThirdOfAllIsLost) {
    test::SimRandom random(5);
    answers_ = [&](LocalInstant) { return !random.chance(0.51); };
    path_.begin(now_, 400ms);
    run(2s);
    ASSERT_TRUE(path_.in_use());
    audio_due_ = true;
    for (int n = 0; n < 5'000; ++n) {  // 5 minutes
        run(60ms);
        if (!random.chance(0.3)) {
            path_.heard(now_);
        }
    }
    EXPECT_LE(path_.fallbacks(), 5U);
}

}  // namespace
}  // namespace earshot::client
