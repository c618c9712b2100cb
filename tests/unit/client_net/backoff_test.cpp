#include "client/core/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, NeverPassesADoublingCeiling) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Backoff backoff(seed);
        for (const auto ceiling : {250ms, 500ms, 1'000ms, 2'000ms, 4'000ms, 8'000ms, 8'000ms}) {
            const auto wait = backoff.next();
            EXPECT_GE(wait, 0ms);
            EXPECT_LE(wait, ceiling);
        }
    }
}

TEST(Backoff, SpreadsARoomOverTheWholeWait) {
    std::vector<std::chrono::milliseconds> waits;
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        waits.push_back(Backoff(seed).next());
    }
    // Full jitter of 1000 listeners: each tenth of the 250 ms holds 100 of them; 5 sigma is 50.
    for (int tenth = 0; tenth < 10; ++tenth) {
        const auto in_tenth = std::count_if(waits.begin(), waits.end(), [&](auto wait) {
            return wait >= tenth * 25ms && wait < (tenth + 1) * 25ms;
        });
        EXPECT_NEAR(static_cast<double>(in_tenth), 100.0, 50.0) << "tenth " << tenth;
    }
}

TEST(Backoff, GivesTheSameWaitsForTheSameSeed) {
    Backoff a(7);
    Backoff b(7);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(a.next(), b.next());
    }
}

TEST(Backoff, AddsItsJitterToWhatTheServerAskedFor) {
    Backoff plain(7);
    Backoff asked(7);
    EXPECT_EQ(asked.next(5s), plain.next() + 5s);
    EXPECT_LE(Backoff(7).next(100h), 1h + 250ms);
}

TEST(Backoff, BeginsAnewAfterReset) {
    Backoff backoff(3);
    for (int i = 0; i < 8; ++i) {
        (void)backoff.next();
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), 250ms);
}

TEST(Backoff, RefusesACeilingBelowItsFirstWait) {
    EXPECT_THROW(Backoff(0, {.first = 2s, .longest = 1s}), std::invalid_argument);
    EXPECT_THROW(Backoff(0, {.first = 0ms, .longest = 1s}), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::client
