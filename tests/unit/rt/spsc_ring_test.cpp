#include "common/rt/spsc_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace earshot::rt {
namespace {

TEST(SpscRing, HoldsExactlyItsCapacityEvenWhenThatIsNoPowerOfTwo) {
    SpscRing<int> ring(5);
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(ring.try_push(i));
    }
    EXPECT_FALSE(ring.try_push(5));
    EXPECT_EQ(ring.size(), 5U);
    EXPECT_EQ(ring.capacity(), 5U);
    int value = -1;
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(ring.try_pop(value));
        EXPECT_EQ(value, i);
    }
    EXPECT_FALSE(ring.try_pop(value));
    EXPECT_EQ(value, 4);
    EXPECT_TRUE(ring.empty());
}

TEST(SpscRing, KeepsOrderOverManyWraps) {
    SpscRing<int> ring(3);
    int next_out = 0;
    for (int next_in = 0; next_in < 1'000;) {
        next_in += ring.try_push(next_in) ? 1 : 0;
        next_in += ring.try_push(next_in) ? 1 : 0;
        int value = -1;
        ASSERT_TRUE(ring.try_pop(value));
        ASSERT_EQ(value, next_out++);
    }
}

TEST(SpscRing, PushesAndPopsSpansAcrossTheWrap) {
    SpscRing<int> ring(6);
    std::array<int, 4> out{};
    std::vector<int> in(4);
    int first = 0;
    for (int round = 0; round < 20; ++round) {
        std::iota(in.begin(), in.end(), first);
        ASSERT_EQ(ring.push(in), 4U);
        ASSERT_EQ(ring.push(in), 2U);  // the fitting part
        ASSERT_EQ(ring.pop(out), 4U);
        EXPECT_EQ(std::vector<int>(out.begin(), out.end()), in);
        ASSERT_EQ(ring.pop(out), 2U);
        EXPECT_EQ(out[0], first);
        EXPECT_EQ(out[1], first + 1);
        EXPECT_EQ(out[2], first + 2) << "beyond the count nothing is written";
        first += 10;
    }
    EXPECT_EQ(ring.pop(out), 0U);
    EXPECT_EQ(ring.push({}), 0U);
}

TEST(SpscRing, MovesElementsThatCannotBeCopied) {
    SpscRing<std::unique_ptr<int>> ring(1);
    EXPECT_TRUE(ring.try_push(std::make_unique<int>(7)));
    auto refused = std::make_unique<int>(8);
    EXPECT_FALSE(ring.try_push(std::move(refused)));
    ASSERT_NE(refused, nullptr) << "a refused element stays with the caller";
    std::unique_ptr<int> out;
    ASSERT_TRUE(ring.try_pop(out));
    EXPECT_EQ(*out, 7);
}

struct Pair {
    std::uint64_t number = 0;
    std::uint64_t check = 0;
};

TEST(SpscRing, GivesTwoThreadsEveryElementOnceAndWhole) {
    constexpr std::uint64_t kCount = 100'000;
    SpscRing<Pair> ring(61);
    std::thread producer([&ring] {
        for (std::uint64_t i = 0; i < kCount;) {
            if (ring.try_push(Pair{i, ~i})) {
                ++i;
            } else {
                std::this_thread::yield();
            }
        }
    });
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < kCount;) {
        Pair pair;
        if (ring.try_pop(pair)) {
            wrong += pair.number != i || pair.check != ~i ? 1U : 0U;
            ++i;
        } else {
            std::this_thread::yield();
        }
    }
    producer.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_TRUE(ring.empty());
}

TEST(SpscRing, GivesTwoThreadsSpansWithoutGapOrRepeat) {
    constexpr std::size_t kCount = 400'000;
    SpscRing<std::uint32_t> ring(1'000);
    std::thread producer([&ring] {
        std::array<std::uint32_t, 170> block{};
        for (std::size_t sent = 0; sent < kCount;) {
            const std::size_t wanted = std::min(block.size(), kCount - sent);
            std::iota(block.begin(), block.end(), static_cast<std::uint32_t>(sent));
            const std::size_t pushed = ring.push(std::span{block}.first(wanted));
            sent += pushed;
            if (pushed == 0) {
                std::this_thread::yield();
            }
        }
    });
    std::array<std::uint32_t, 256> block{};
    std::size_t wrong = 0;
    for (std::size_t got = 0; got < kCount;) {
        const std::size_t popped = ring.pop(block);
        EXPECT_LE(ring.size(), ring.capacity());
        for (std::size_t i = 0; i < popped; ++i) {
            wrong += block[i] != static_cast<std::uint32_t>(got + i) ? 1U : 0U;
        }
        got += popped;
        if (popped == 0) {
            std::this_thread::yield();
        }
    }
    producer.join();
    EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace earshot::rt
