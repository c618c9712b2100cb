#include "client/core/url.hpp"

#include <gtest/gtest.h>

namespace earshot::client {
namespace {

TEST(ServerUrl, TakesHostAlone) {
    const auto url = parse_server_url("http://room.local");
    ASSERT_TRUE(url);
    EXPECT_FALSE(url->tls);
    EXPECT_EQ(url->host, "room.local");
    EXPECT_EQ(url->port, kDefaultPort);
    EXPECT_EQ(url->join_code, "");
    EXPECT_EQ(url->authority(), "room.local:7800");
}

TEST(ServerUrl, TakesPortAndJoinCode) {
    const auto url = parse_server_url("HTTPS://192.168.1.20:443/j/BLUE-42?x=1#top");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->tls);
    EXPECT_EQ(url->host, "192.168.1.20");
    EXPECT_EQ(url->port, 443);
    EXPECT_EQ(url->join_code, "BLUE-42");
    EXPECT_EQ(url->origin(), "https://192.168.1.20:443");
}

TEST(ServerUrl, KeepsBracketsAroundIpv6InTheAuthorityOnly) {
    const auto url = parse_server_url("http://[fe80::1%eth0]:7900/");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "fe80::1%eth0");
    EXPECT_EQ(url->authority(), "[fe80::1%eth0]:7900");
}

class BadServerUrl : public testing::TestWithParam<const char*> {};

TEST_P(BadServerUrl, IsRefusedInOneLineThatNamesIt) {
    const auto url = parse_server_url(GetParam());
    ASSERT_FALSE(url);
    EXPECT_NE(url.failure().text.find(GetParam()), std::string::npos);
    EXPECT_EQ(url.failure().text.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(,
                         BadServerUrl,
                         testing::Values("room.local",
                                         "ws://room.local",
                                         "http://",
                                         "http://:7800",
                                         "http://room:0",
                                         "http://room:65536",
                                         "http://room:78x",
                                         "http://room:",
                                         "http://me@room",
                                         "http://::1:7800",
                                         "http://[::1",
                                         "http://[::1]x",
                                         "http://ro om",
                                         "http://room/listen",
                                         "http://room/j/",
                                         "http://room/j/a/b"));

}  // namespace
}  // namespace earshot::client
