#include "server/evidence/delivery_proof.hpp"

#include "tests/unit/evidence/fakes.hpp"

#include <gtest/gtest.h>

namespace earshot::evidence {
namespace {

using Outcome = DeliveryProof::Outcome;
using test::send;
using test::told;

constexpr StreamId kStream{1};
constexpr Epoch kEpoch{3};

class DeliveryProofTest : public ::testing::Test {
protected:
    DeliveryProofTest() { send(proof, kStream, kEpoch, 0, 500); }

    Outcome give(const wire::SecondChecksum& second) {
        return proof.given(progress, second).outcome;
    }
    [[nodiscard]] const DeliveryFigures& figures() const { return proof.figures(kStream); }

    DeliveryProof proof;
    DeliveryProof::Progress progress;
};

TEST_F(DeliveryProofTest, StatesThatAllWereGivenTheSame) {
    DeliveryProof::Progress other;
    for (std::uint32_t n = 0; n < 500; n += 50) {
        EXPECT_EQ(give(told(kStream, kEpoch, n, n + 50)), Outcome::identical);
        EXPECT_EQ(proof.given(other, told(kStream, kEpoch, n, n + 50)).outcome, Outcome::identical);
    }
    EXPECT_EQ(figures().listeners, 2U);
    EXPECT_EQ(figures().seconds, 20U);
    EXPECT_EQ(figures().packets, 1'000U);
    EXPECT_EQ(figures().verdict(), Verdict::identical);
    EXPECT_EQ(figures().statement(),
              "all listeners of this perspective were given identical audio: 2 listeners, 20 "
              "listener-seconds and 1000 packets compared, none missing, none concealed");
    EXPECT_EQ(proof.figures(StreamId{0}).verdict(), Verdict::unknown);
}

TEST_F(DeliveryProofTest, FindsAPacketThatIsNotTheOneThatWasSent) {
    auto second = told(kStream, kEpoch, 0, 50);
    second.sum ^= 1U << 31U;
    EXPECT_EQ(give(second), Outcome::different);
    EXPECT_EQ(figures().verdict(), Verdict::different);
    EXPECT_NE(figures().statement().find("1 listener-second differs"), std::string::npos);
}

TEST_F(DeliveryProofTest, TakesWhatCameBeforeAListenerForNoLoss) {
    EXPECT_EQ(give(told(kStream, kEpoch, 30, 50)), Outcome::identical);
    EXPECT_EQ(give(told(kStream, kEpoch, 50, 100)), Outcome::identical);
    EXPECT_EQ(figures().missing, 0U);
    EXPECT_EQ(figures().verdict(), Verdict::identical);
}

TEST_F(DeliveryProofTest, CountsWhatDidNotComeWithinAndBetweenSeconds) {
    EXPECT_EQ(give(told(kStream, kEpoch, 0, 50, 17)), Outcome::identical);
    EXPECT_EQ(figures().missing, 1U);
    EXPECT_EQ(give(told(kStream, kEpoch, 50, 98)), Outcome::identical);
    EXPECT_EQ(figures().missing, 1U) << "the rest may be past its end";
    EXPECT_EQ(proof.given(progress, told(kStream, kEpoch, 155, 200)).missing, 57U);
    EXPECT_EQ(figures().missing, 58U);
    EXPECT_EQ(figures().verdict(), Verdict::incomplete);
    EXPECT_NE(figures().statement().find("is known: 58 packets missing; "), std::string::npos)
        << "what does not lack is not named: " << figures().statement();
}

TEST_F(DeliveryProofTest, KeepsNothingFromWhoWasAway) {
    EXPECT_EQ(give(told(kStream, kEpoch, 0, 50)), Outcome::identical);
    progress.interrupt();
    EXPECT_EQ(give(told(kStream, kEpoch, 420, 450)), Outcome::identical);
    EXPECT_EQ(figures().missing, 0U);
    EXPECT_EQ(figures().listeners, 1U);
}

TEST_F(DeliveryProofTest, FollowsTwoEpochsThatOverlap) {
    const Epoch next{4};
    send(proof, kStream, next, 0, 100);
    EXPECT_EQ(give(told(kStream, kEpoch, 0, 50)), Outcome::identical);
    EXPECT_EQ(give(told(kStream, next, 0, 50)), Outcome::identical);
    EXPECT_EQ(give(told(kStream, kEpoch, 50, 53)), Outcome::identical);
    EXPECT_EQ(give(told(kStream, next, 50, 100)), Outcome::identical);
    EXPECT_EQ(figures().missing, 0U);
}

TEST_F(DeliveryProofTest, SaysSoOfWhatItDoesNotKnow) {
    EXPECT_EQ(give(told(kStream, kEpoch, 500, 550)), Outcome::unverifiable) << "never sent";
    EXPECT_EQ(give(told(kStream, Epoch{9}, 0, 50)), Outcome::unverifiable);
    send(proof, kStream, kEpoch, 500, 500 + 50 * DeliveryProof::kSecondsKept);
    EXPECT_EQ(give(told(kStream, kEpoch, 0, 50)), Outcome::unverifiable) << "too long ago";
    EXPECT_EQ(figures().unverifiable, 3U);
    EXPECT_EQ(figures().verdict(), Verdict::unknown);
}

TEST_F(DeliveryProofTest, WhatIsNotKnownIsNotMissing) {
    EXPECT_EQ(give(told(kStream, kEpoch, 400, 450)), Outcome::identical);
    send(proof, kStream, kEpoch, 500, 520);
    EXPECT_EQ(give(told(kStream, kEpoch, 500, 550)), Outcome::unverifiable);
    send(proof, kStream, kEpoch, 600, 650);
    EXPECT_EQ(give(told(kStream, kEpoch, 600, 650)), Outcome::identical);
    EXPECT_EQ(figures().missing, 0U);
    EXPECT_EQ(figures().verdict(), Verdict::incomplete);
}

TEST_F(DeliveryProofTest, RefusesWhatCannotBe) {
    auto second = told(kStream, kEpoch, 0, 50);
    EXPECT_EQ(give(second), Outcome::identical);
    EXPECT_EQ(give(second), Outcome::refused) << "told of twice";
    second.packets = 0;
    EXPECT_EQ(give(second), Outcome::refused);
    second.packets = ~std::uint64_t{0};
    EXPECT_EQ(give(second), Outcome::refused) << "more than 50 packets";
    second = told(kStream, kEpoch, 50, 100);
    second.second = UINT32_MAX;
    EXPECT_EQ(give(second), Outcome::refused) << "its sequences would not fit";
    second = told(StreamId{255}, kEpoch, 50, 100);
    EXPECT_EQ(give(second), Outcome::refused);
    EXPECT_EQ(figures().seconds, 1U);
    EXPECT_EQ(figures().missing, 0U);
}

TEST_F(DeliveryProofTest, DoesNotCallConcealedSoundIdentical) {
    EXPECT_EQ(give(told(kStream, kEpoch, 0, 50)), Outcome::identical);
    proof.concealed(kStream, 960);
    EXPECT_EQ(figures().verdict(), Verdict::incomplete);
    proof.concealed(StreamId{200}, 960);  // no such perspective
}

TEST_F(DeliveryProofTest, DoesNotSpeakForWhoIsSilent) {
    EXPECT_EQ(give(told(kStream, kEpoch, 0, 50)), Outcome::identical);
    DeliveryFigures with_silent = figures();
    with_silent.silent = 1;
    EXPECT_EQ(with_silent.verdict(), Verdict::incomplete);
    EXPECT_NE(with_silent.statement().find("1 listener silent"), std::string::npos);
}

}  // namespace
}  // namespace earshot::evidence
