#include "common/rt/triple_buffer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace earshot::rt {
namespace {

TEST(TripleBuffer, GivesTheInitialValueUntilTheFirstWrite) {
    TripleBuffer<int> buffer(42);
    EXPECT_FALSE(buffer.fresh());
    EXPECT_EQ(buffer.read(), 42);
}

TEST(TripleBuffer, GivesTheLatestOfSeveralWritesAndKeepsIt) {
    TripleBuffer<int> buffer;
    buffer.write(1);
    buffer.write(2);
    buffer.write(3);
    EXPECT_TRUE(buffer.fresh());
    const int& seen = buffer.read();
    EXPECT_EQ(seen, 3);
    EXPECT_FALSE(buffer.fresh());
    buffer.write(4);
    buffer.write(5);
    EXPECT_EQ(seen, 3) << "the value in use is not written over";
    EXPECT_EQ(buffer.read(), 5);
    EXPECT_EQ(buffer.read(), 5);
}

struct Fit {
    std::uint64_t version = 0;
    std::uint64_t copies[6] = {};
};

TEST(TripleBuffer, NeverTearsAndNeverGoesBackBetweenTwoThreads) {
    constexpr std::uint64_t kWrites = 100'000;
    TripleBuffer<Fit> buffer;
    std::thread writer([&buffer] {
        for (std::uint64_t i = 1; i <= kWrites; ++i) {
            Fit fit{.version = i};
            for (auto& copy : fit.copies) {
                copy = i;
            }
            buffer.write(fit);
        }
    });
    std::uint64_t last = 0;
    std::uint64_t wrong = 0;
    while (last < kWrites) {
        const Fit& fit = buffer.read();
        wrong += fit.version < last ? 1U : 0U;
        for (const auto copy : fit.copies) {
            wrong += copy != fit.version ? 1U : 0U;
        }
        last = fit.version;
        if (!buffer.fresh()) {
            std::this_thread::yield();
        }
    }
    writer.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(buffer.read().version, kWrites);
}

}  // namespace
}  // namespace earshot::rt
