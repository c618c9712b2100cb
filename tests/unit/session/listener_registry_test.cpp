#include "server/session/listener_registry.hpp"

#include "server/session/badge.hpp"

#include <gtest/gtest.h>

#include <set>

namespace earshot::session {
namespace {

using namespace std::chrono_literals;

const ListenerRegistry::Now kNow{100h};

std::string token_of(const Listener& listener) {
    return {reinterpret_cast<const char*>(listener.token.data()), listener.token.size()};
}

TEST(ListenerRegistry, GivesEveryNewConnectionItsOwnListener) {
    ListenerRegistry registry(10);
    const Listener* a = registry.join(ConnectionId{1}, "", kNow);
    const Listener* b = registry.join(ConnectionId{2}, "", kNow);
    ASSERT_NE(a, nullptr);
    ASSERT_NE(b, nullptr);
    EXPECT_NE(a->id, b->id);
    EXPECT_NE(a->badge, b->badge);
    EXPECT_NE(a->token, b->token);
    EXPECT_EQ(registry.connected(), 2U);
}

TEST(ListenerRegistry, KnowsAListenerAgainByItsToken) {
    ListenerRegistry registry(10);
    Listener* first = registry.join(ConnectionId{1}, "", kNow);
    first->group = "row F";
    const std::string token = token_of(*first);
    const ListenerId id = first->id;
    registry.lost(ConnectionId{1}, {.packets_sent = 7}, kNow);
    const Listener* again = registry.join(ConnectionId{2}, token, kNow + 1s);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(again->id, id);
    EXPECT_EQ(again->group, "row F");
    EXPECT_EQ(again->sent.packets_sent, 7U);
}

TEST(ListenerRegistry, LetsTheNewerConnectionOfATokenWin) {
    ListenerRegistry registry(10);
    const std::string token = token_of(*registry.join(ConnectionId{1}, "", kNow));
    ASSERT_NE(registry.join(ConnectionId{2}, token, kNow), nullptr);
    EXPECT_EQ(registry.find(ConnectionId{1}), nullptr);
    EXPECT_EQ(registry.connected(), 1U);
    registry.lost(ConnectionId{1}, {}, kNow);  // the old socket's end changes nothing
    EXPECT_NE(registry.find(ConnectionId{2}), nullptr);
}

TEST(ListenerRegistry, TakesAWrongTokenForANewListener) {
    ListenerRegistry registry(10);
    const ListenerId first = registry.join(ConnectionId{1}, "", kNow)->id;
    EXPECT_NE(registry.join(ConnectionId{2}, std::string(16, 'x'), kNow)->id, first);
    EXPECT_NE(registry.join(ConnectionId{3}, std::string(500, 'x'), kNow)->id, first);
}

TEST(ListenerRegistry, RefusesOnlyWhenEverySeatIsTakenByAConnection) {
    ListenerRegistry registry(2);
    ASSERT_NE(registry.join(ConnectionId{1}, "", kNow), nullptr);
    ASSERT_NE(registry.join(ConnectionId{2}, "", kNow), nullptr);
    EXPECT_EQ(registry.join(ConnectionId{3}, "", kNow), nullptr);
    registry.lost(ConnectionId{1}, {}, kNow);
    EXPECT_NE(registry.join(ConnectionId{3}, "", kNow), nullptr);
    EXPECT_EQ(registry.all().size(), 2U);
}

TEST(Badge, NeverNamesTwoListenersAlike) {
    std::set<std::string> names;
    for (std::uint32_t i = 1; i <= 5'000; ++i) names.insert(badge_name(i));
    EXPECT_EQ(names.size(), 5'000U);
}

}  // namespace
}  // namespace earshot::session
