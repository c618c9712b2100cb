#include "server/evidence/error_bins.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace earshot::evidence {
namespace {

TEST(ErrorBins, NeverSayBetterThanTheTruthAndHardlyWorse) {
    ErrorBins errors;
    for (int us = 1; us <= 10'000; ++us) errors.add(us);
    for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
        const double truth = 10'000.0 * share;
        EXPECT_GE(errors.quantile_us(share), truth - 1e-6) << share;
        EXPECT_LE(errors.quantile_us(share), truth * 1.1) << share;
    }
    EXPECT_EQ(errors.max_us(), 10'000.0);
    EXPECT_EQ(errors.count(), 10'000U);
}

TEST(ErrorBins, HaveNothingToSayOfNothing) {
    EXPECT_EQ(ErrorBins{}.quantile_us(0.99), 0.0);
}

TEST(ErrorBins, CountOnlyWhatCanBeAnError) {
    ErrorBins errors;
    errors.add(std::numeric_limits<double>::quiet_NaN());
    errors.add(std::numeric_limits<double>::infinity());
    errors.add(-1.0);
    EXPECT_EQ(errors.count(), 0U);
    errors.add(0.0);
    errors.add(std::numeric_limits<double>::max());
    EXPECT_EQ(errors.count(), 2U);
    EXPECT_EQ(errors.count(ErrorBins::kBins - 1), 1U);
    EXPECT_EQ(errors.quantile_us(0.5), ErrorBins::edge_us(0));
}

TEST(ErrorBins, AddUpAsIfCountedTogether) {
    ErrorBins one;
    ErrorBins other;
    ErrorBins both;
    for (int n = 1; n < 100; ++n) {
        (n % 3 == 0 ? one : other).add(n * n);
        both.add(n * n);
    }
    one.add(other);
    EXPECT_EQ(one.count(), both.count());
    EXPECT_EQ(one.max_us(), both.max_us());
    for (const double share : {0.1, 0.5, 0.95}) {
        EXPECT_EQ(one.quantile_us(share), both.quantile_us(share));
    }
}

}  // namespace
}  // namespace earshot::evidence
