#include "common/wire/datagram_seal.hpp"

#include "common/wire/datagram_bodies.hpp"
#include "common/wire/datagram_writer.hpp"
#include "tests/unit/wire/golden.hpp"

#include <gtest/gtest.h>

namespace earshot::wire {
namespace {

using Key = std::array<std::byte, kDatagramKeyBytes>;

/// Bytes that count up from `first`: the vectors' keys.
Key key_from(int first) {
    Key key{};
    for (std::size_t i = 0; i < key.size(); ++i) {
        key[i] = static_cast<std::byte>(first + static_cast<int>(i));
    }
    return key;
}

Key key_of(DatagramWay way) {
    return key_from(way == DatagramWay::up ? 0 : 32);
}

const std::vector<std::pair<std::string, DatagramWay>> kAll = {
    {"probe", DatagramWay::up},        {"probe_ack", DatagramWay::down},
    {"sync_request", DatagramWay::up}, {"sync_reply", DatagramWay::down},
    {"audio", DatagramWay::down},      {"nack", DatagramWay::up},
    {"audio_again", DatagramWay::down}};

TEST(DatagramSeal, SealsTheGoldenBytes) {
    DatagramWriter writer;
    for (const auto& [name, way] : kAll) {
        const auto plain = golden("datagram_" + name);
        const auto sealed = golden("datagram_" + name + "_sealed");
        const auto head = parse_datagram_head(sealed, way);
        ASSERT_TRUE(head) << name;
        DatagramSealer sealer(key_of(way));
        writer.begin(*head, way, &sealer);
        ASSERT_TRUE(writer.append(std::span{plain}.subspan(clear_bytes(way)))) << name;
        const auto written = writer.finish();
        EXPECT_EQ(std::vector(written.begin(), written.end()), sealed) << name;
    }
}

TEST(DatagramSeal, OpensTheGoldenBytesOneAfterTheOther) {
    DatagramOpener up(key_of(DatagramWay::up));
    DatagramOpener down(key_of(DatagramWay::down));
    for (const auto& [name, way] : kAll) {
        const auto plain = golden("datagram_" + name);
        auto sealed = golden("datagram_" + name + "_sealed");
        DatagramOpener& opener = way == DatagramWay::up ? up : down;
        const auto body = opener.open(sealed, way);
        ASSERT_TRUE(body) << name;
        EXPECT_EQ(
            std::vector(body->begin(), body->end()),
            std::vector(plain.begin() + static_cast<std::ptrdiff_t>(clear_bytes(way)), plain.end()))
            << name;
    }
}

TEST(DatagramSeal, NoticesEveryByteThatIsChanged) {
    const auto whole = golden("datagram_nack_sealed");
    DatagramOpener opener(key_of(DatagramWay::up));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto changed = whole;
        changed[at] ^= std::byte{1};
        const auto body = opener.open(changed, DatagramWay::up);
        ASSERT_FALSE(body) << "byte " << at;
        EXPECT_EQ(body.error(), Errc::refused) << "byte " << at;
    }
    auto same = whole;
    EXPECT_TRUE(opener.open(same, DatagramWay::up)) << "a forgery spoils nothing";
}

TEST(DatagramSeal, RefusesEveryTruncation) {
    const auto whole = golden("datagram_sync_reply_sealed");
    DatagramOpener opener(key_of(DatagramWay::down));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::vector<std::byte> part(whole.begin(),
                                    whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto body = opener.open(part, DatagramWay::down);
        ASSERT_FALSE(body) << size;
        const bool hopeless = size < kDatagramHeaderBytes + kDatagramTagBytes;
        EXPECT_EQ(body.error(), hopeless ? Errc::truncated : Errc::refused) << size;
    }
}

TEST(DatagramSeal, RefusesAnotherKeyAndTheOtherWaysKey) {
    auto bytes = golden("datagram_nack_sealed");
    DatagramOpener other(key_of(DatagramWay::down));
    EXPECT_EQ(other.open(bytes, DatagramWay::up).error(), Errc::refused);
}

TEST(DatagramSeal, SealsAnEmptyBody) {
    DatagramSealer sealer(key_from(1));
    DatagramOpener opener(key_from(1));
    DatagramWriter writer;
    writer.begin({DatagramType::audio, 7, 1, 0}, DatagramWay::down, &sealer);
    const auto written = writer.finish();
    ASSERT_EQ(written.size(), kDatagramHeaderBytes + kDatagramTagBytes);
    std::vector<std::byte> bytes(written.begin(), written.end());
    const auto body = opener.open(bytes, DatagramWay::down);
    ASSERT_TRUE(body);
    EXPECT_TRUE(body->empty());
}

TEST(DatagramSeal, KeepsRoomForTheTag) {
    DatagramSealer sealer(key_from(1));
    DatagramWriter writer;
    writer.begin({DatagramType::audio, 7, 1, 0}, DatagramWay::down, &sealer);
    const std::vector<std::byte> most(writer.room());
    ASSERT_TRUE(writer.append(most));
    EXPECT_EQ(writer.finish().size(), kMaxDatagramBytes);
}

}  // namespace
}  // namespace earshot::wire
