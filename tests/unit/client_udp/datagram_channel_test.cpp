#include "client/core/datagram_channel.hpp"

#include "common/wire/datagram_bodies.hpp"
#include "tests/support/sim_random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace earshot::client {
namespace {

using wire::DatagramType;
using wire::DatagramWay;

std::vector<std::byte> key(int of) {
    return std::vector<std::byte>(wire::kDatagramKeyBytes, static_cast<std::byte>(of));
}

DatagramOffer plain() {
    DatagramOffer offer;
    offer.route = 0x01020304;
    offer.cookie = 0xC00C1E;
    return offer;
}
DatagramOffer sealed() {
    DatagramOffer offer = plain();
    offer.key_up = key(1);
    offer.key_down = key(2);
    return offer;
}

const std::vector<std::byte> kBody(40, std::byte{0x5A});

/// What a server of this offer sends.
std::vector<std::byte> from_server(const DatagramOffer& offer,
                                   std::uint64_t counter,
                                   DatagramType type = DatagramType::audio) {
    std::optional<wire::DatagramSealer> sealer;
    if (!offer.key_down.empty()) {
        sealer.emplace(offer.key_down);
    }
    wire::DatagramWriter writer;
    writer.begin({type, offer.route, counter, 0}, DatagramWay::down, sealer ? &*sealer : nullptr);
    EXPECT_TRUE(writer.append(kBody));
    const auto bytes = writer.finish();
    return {bytes.begin(), bytes.end()};
}

bool takes(DatagramChannel& channel, std::vector<std::byte> bytes) {
    const auto datagram = channel.unpack(bytes);
    return datagram &&
           std::equal(datagram->body.begin(), datagram->body.end(), kBody.begin(), kBody.end());
}

TEST(DatagramChannel, CarriesRouteCookieAndCountersThatGoUp) {
    DatagramChannel channel(plain());
    for (std::uint64_t counter = 1; counter <= 3; ++counter) {
        const auto bytes = channel.pack(DatagramType::nack, kBody);
        const auto head = wire::parse_datagram_head(bytes, DatagramWay::up);
        ASSERT_TRUE(head);
        EXPECT_EQ(head->type, DatagramType::nack);
        EXPECT_EQ(head->route, 0x01020304U);
        EXPECT_EQ(head->cookie, 0xC00C1EU);
        EXPECT_EQ(head->counter, counter);
        EXPECT_EQ(bytes.size(), wire::clear_bytes(DatagramWay::up) + kBody.size());
    }
}

TEST(DatagramChannel, SealsWithTheKeyOfTheWayUp) {
    DatagramChannel channel(sealed());
    const auto packed = channel.pack(DatagramType::nack, kBody);
    std::vector<std::byte> bytes(packed.begin(), packed.end());
    EXPECT_EQ(std::search(bytes.begin(), bytes.end(), kBody.begin(), kBody.begin() + 4),
              bytes.end());
    wire::DatagramOpener opener(key(1));
    const auto body = opener.open(bytes, DatagramWay::up);
    ASSERT_TRUE(body);
    EXPECT_TRUE(std::equal(body->begin(), body->end(), kBody.begin(), kBody.end()));
}

TEST(DatagramChannel, TakesEachDatagramOnceInAnyOrder) {
    for (const DatagramOffer& offer : {plain(), sealed()}) {
        DatagramChannel channel(offer);
        EXPECT_TRUE(takes(channel, from_server(offer, 2)));
        EXPECT_TRUE(takes(channel, from_server(offer, 1)));
        EXPECT_FALSE(takes(channel, from_server(offer, 2)));
        EXPECT_FALSE(takes(channel, from_server(offer, 0)));
        EXPECT_TRUE(takes(channel, from_server(offer, 1'000)));
        EXPECT_FALSE(takes(channel, from_server(offer, 3))) << "too old to tell";
        EXPECT_EQ(channel.taken(), 3U);
        EXPECT_EQ(channel.refused(), 3U);
    }
}

TEST(DatagramChannel, RefusesOtherRoutesKeysAndKinds) {
    DatagramChannel channel(sealed());
    DatagramOffer other = sealed();
    other.route = 1;
    EXPECT_FALSE(takes(channel, from_server(other, 1)));
    other = sealed();
    other.key_down = key(1);
    EXPECT_FALSE(takes(channel, from_server(other, 1)));
    EXPECT_FALSE(takes(channel, from_server(plain(), 1)));
    EXPECT_FALSE(takes(channel, from_server(sealed(), 1, DatagramType::nack))) << "goes up only";
    EXPECT_EQ(channel.refused(), 4U);
    EXPECT_TRUE(takes(channel, from_server(sealed(), 1))) << "the forged ones used nothing up";
}

TEST(DatagramChannel, RefusesEveryChangedBitAndEveryCut) {
    DatagramChannel channel(sealed());
    const auto good = from_server(sealed(), 7);
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        auto bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        EXPECT_FALSE(channel.unpack(bad)) << "bit " << bit;
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
        std::vector<std::byte> bad(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(channel.unpack(bad)) << size << " bytes";
    }
    EXPECT_TRUE(takes(channel, good));
}

TEST(DatagramChannel, RefusesNoise) {
    test::SimRandom random(3);
    DatagramChannel channel(sealed());
    for (int n = 0; n < 5'000; ++n) {
        std::vector<std::byte> noise(random.seed() % 1'500U);
        for (std::byte& one : noise) {
            one = static_cast<std::byte>(random.seed());
        }
        EXPECT_FALSE(channel.unpack(noise));
    }
    EXPECT_EQ(channel.refused(), 5'000U);
}

TEST(DatagramChannel, MakesNothingThatIsTooLong) {
    DatagramChannel channel(sealed());
    EXPECT_TRUE(channel.pack(DatagramType::nack, std::vector<std::byte>(1'300)).empty());
    EXPECT_EQ(channel.pack(DatagramType::probe, wire::probe_body(1)).size(),
              wire::kMaxDatagramBytes);
}

}  // namespace
}  // namespace earshot::client
