#include "server/transport/media_route.hpp"

#include "common/wire/datagram_bodies.hpp"
#include "common/wire/datagram_writer.hpp"
#include "server/transport/receive_age.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace earshot::transport {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using boost::asio::ip::udp;
using wire::DatagramType;
using wire::DatagramWay;

RouteSecrets secrets(bool sealed) {
    RouteSecrets secrets;
    secrets.route = 0x00ABCD01;
    secrets.cookie = 0xC00C1E;
    secrets.sealed = sealed;
    secrets.key_up.fill(std::byte{1});
    secrets.key_down.fill(std::byte{2});
    return secrets;
}

class MediaRouteTest : public testing::Test {
protected:
    void make(bool sealed, const std::string& peer = "192.0.2.7") {
        route_.emplace(secrets(sealed), make_address(peer), make_address("192.0.2.1"));
        sealer_.reset();
        if (sealed) sealer_.emplace(secrets(true).key_up);
    }
    std::vector<std::byte> datagram(std::uint64_t counter, std::uint64_t cookie = 0xC00C1E) {
        wire::DatagramWriter writer;
        writer.begin({DatagramType::sync_request, 0x00ABCD01, counter, cookie}, DatagramWay::up,
                     sealer_ ? &*sealer_ : nullptr);
        EXPECT_TRUE(writer.append(wire::sync_request_body(11, 22)));
        const auto bytes = writer.finish();
        return {bytes.begin(), bytes.end()};
    }
    MediaRoute::Taken take(std::vector<std::byte> bytes) {
        bytes_ = std::move(bytes);
        const auto head = wire::parse_datagram_head(bytes_, DatagramWay::up);
        EXPECT_TRUE(head);
        return route_->take(*head, bytes_, from_, now_);
    }
    std::optional<DatagramDrop> why(std::vector<std::byte> bytes) {
        return take(std::move(bytes)).dropped;
    }

    std::optional<MediaRoute> route_;
    std::optional<wire::DatagramSealer> sealer_;
    std::vector<std::byte> bytes_;
    udp::endpoint from_{make_address("192.0.2.7"), 4000};
    MediaInstant now_{10s};
};

TEST_F(MediaRouteTest, TakesWhatIsGenuineAndLearnsWhereItComesFrom) {
    for (const bool sealed : {false, true}) {
        make(sealed);
        EXPECT_FALSE(route_->heard_lately(now_));
        const auto taken = take(datagram(1));
        ASSERT_FALSE(taken.dropped);
        EXPECT_EQ(taken.type, DatagramType::sync_request);
        const auto request = wire::parse_sync_request(taken.body);
        ASSERT_TRUE(request);
        EXPECT_EQ(*request, (wire::SyncRequestBody{11, 22}));
        EXPECT_EQ(taken.body.size(), wire::kSyncRequestBodyBytes) << "without the tag";
        EXPECT_TRUE(route_->heard_lately(now_));
        EXPECT_EQ(route_->listener(), from_);
    }
}

TEST_F(MediaRouteTest, DropsAnotherAddress) {
    make(false);
    from_.address(make_address("192.0.2.8"));
    EXPECT_EQ(why(datagram(1)), DatagramDrop::address);
    EXPECT_FALSE(route_->heard_lately(now_));
}

TEST_F(MediaRouteTest, KnowsIPv4InsideOfIPv6) {
    make(false, "::ffff:192.0.2.7");
    EXPECT_EQ(why(datagram(1)), std::nullopt);
    from_.address(make_address("::ffff:192.0.2.7"));
    EXPECT_EQ(why(datagram(2)), std::nullopt);
    from_.address(make_address("::ffff:192.0.2.8"));
    EXPECT_EQ(why(datagram(3)), DatagramDrop::address);
}

TEST_F(MediaRouteTest, LooksAtAllOfAnIPv6Address) {
    make(false, "2001:db8::7");
    from_.address(make_address("2001:db8::7"));
    EXPECT_EQ(why(datagram(1)), std::nullopt);
    from_.address(make_address("2001:db8::8"));
    EXPECT_EQ(why(datagram(2)), DatagramDrop::address);
}

TEST_F(MediaRouteTest, DropsAnotherCookie) {
    make(false);
    EXPECT_EQ(why(datagram(1, 0xC00C1F)), DatagramDrop::cookie);
}

TEST_F(MediaRouteTest, DropsARepetition) {
    for (const bool sealed : {false, true}) {
        make(sealed);
        EXPECT_EQ(why(datagram(5)), std::nullopt);
        EXPECT_EQ(why(datagram(5)), DatagramDrop::replay);
        EXPECT_EQ(why(datagram(4)), std::nullopt) << "only overtaken";
    }
}

TEST_F(MediaRouteTest, DropsWhatIsNotSealedRightAndForgetsItsCounter) {
    make(true);
    auto forged = datagram(1'000'000);
    forged.back() ^= std::byte{1};
    EXPECT_EQ(why(forged), DatagramDrop::seal);
    EXPECT_EQ(why(datagram(1)), std::nullopt) << "the forgery moved no window";
    sealer_.reset();
    EXPECT_EQ(why(datagram(2)), DatagramDrop::seal) << "plain";
    EXPECT_TRUE(route_->heard_lately(now_));
}

TEST_F(MediaRouteTest, FollowsToAnotherPortButNotBackByWhatWasOvertaken) {
    make(false);
    EXPECT_EQ(why(datagram(1)), std::nullopt);
    from_.port(5000);
    EXPECT_EQ(why(datagram(3)), std::nullopt);
    EXPECT_EQ(route_->listener().port(), 5000);
    from_.port(4000);
    EXPECT_EQ(why(datagram(2)), std::nullopt);
    EXPECT_EQ(route_->listener().port(), 5000);
}

TEST_F(MediaRouteTest, IsSilentAfterThreeSeconds) {
    make(false);
    EXPECT_EQ(why(datagram(1)), std::nullopt);
    EXPECT_TRUE(route_->heard_lately(now_ + 3s));
    EXPECT_FALSE(route_->heard_lately(now_ + 3s + 1ns));
    now_ += 2s;
    EXPECT_EQ(why(datagram(1)), DatagramDrop::replay);
    EXPECT_FALSE(route_->heard_lately(now_ + 2s)) << "what is dropped is no sign of life";
}

TEST_F(MediaRouteTest, BoundsHowMuchItListensTo) {
    make(false);
    int taken = 0;
    for (std::uint64_t counter = 1; counter <= 2'000; ++counter) {
        if (!why(datagram(counter))) ++taken;
    }
    EXPECT_EQ(taken, 500);
    now_ += 1s;
    EXPECT_EQ(why(datagram(3'000)), std::nullopt);
}

TEST_F(MediaRouteTest, BoundsRepairs) {
    make(false);
    int sent = 0;
    for (int i = 0; i < 300; ++i) sent += route_->may_repair(now_) ? 1 : 0;
    EXPECT_EQ(sent, 100);
    for (int i = 0; i < 300; ++i) sent += route_->may_repair(now_ + 500ms) ? 1 : 0;
    EXPECT_EQ(sent, 150);
}

TEST_F(MediaRouteTest, RepeatsAboveOnePerCent) {
    make(false);
    route_->set_loss(10);
    EXPECT_FALSE(route_->repeats());
    route_->set_loss(11);
    EXPECT_TRUE(route_->repeats());
}

TEST_F(MediaRouteTest, NumbersWhatItSendsFromOne) {
    make(false);
    EXPECT_EQ(route_->next_head(DatagramType::audio),
              (wire::DatagramHead{DatagramType::audio, 0x00ABCD01, 1, 0}));
    EXPECT_EQ(route_->next_head(DatagramType::probe_ack).counter, 2U);
}

TEST(ReceiveAge, TakesTheStampsAgeOffTheMediaClock) {
    const MediaInstant now{100s};
    EXPECT_EQ(arrival_of(5'000'000'000, 5'000'250'000, now), now - 250us);
    EXPECT_EQ(arrival_of(5'000'000'000, 6'000'000'000, now), now - 1s);
}

TEST(ReceiveAge, CountsAnAgeThatCannotBeAsNone) {
    const MediaInstant now{100s};
    EXPECT_EQ(arrival_of(5'000'000'000, 6'000'000'001, now), now) << "older than 1 s";
    EXPECT_EQ(arrival_of(5'000'000'001, 5'000'000'000, now), now) << "the clock was set back";
    EXPECT_EQ(arrival_of(0, 100, now), now) << "no stamp";
    EXPECT_EQ(arrival_of(INT64_MIN, INT64_MAX, now), now);
}

}  // namespace
}  // namespace earshot::transport
