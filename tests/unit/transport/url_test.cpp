#include "server/transport/url.hpp"

#include <gtest/gtest.h>

namespace earshot::transport {
namespace {

TEST(Url, SplitsAndDecodesPathAndQuery) {
    const auto target = parse_target("/j/a%20b?name=Blue+Heron%2017&x=&flag&name=last");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/j/a b");
    EXPECT_EQ(target->query.at("name"), "last");
    EXPECT_EQ(target->query.at("x"), "");
    EXPECT_EQ(target->query.at("flag"), "");
    EXPECT_EQ(target->query.size(), 3U);
}

TEST(Url, KeepsPlusInPathsAndTurnsItIntoASpaceInQueries) {
    EXPECT_EQ(parse_target("/a+b")->path, "/a+b");
    EXPECT_EQ(parse_target("/?q=a+b")->query.at("q"), "a b");
}

TEST(Url, KeepsATrailingSlash) {
    EXPECT_EQ(parse_target("/")->path, "/");
    EXPECT_EQ(parse_target("/docs/")->path, "/docs/");
}

TEST(Url, KeepsUtf8) {
    EXPECT_EQ(parse_target("/caf%C3%A9")->path, "/caf\xC3\xA9");
}

class UrlRefuses : public testing::TestWithParam<std::string_view> {};

TEST_P(UrlRefuses, WhatIsNoPlainPath) {
    const auto target = parse_target(GetParam());
    ASSERT_FALSE(target) << target->path;
    EXPECT_EQ(target.error(), make_error_code(Errc::bad_value));
}

INSTANTIATE_TEST_SUITE_P(All,
                         UrlRefuses,
                         testing::Values("",
                                         "*",
                                         "x",
                                         "http://host/",
                                         "/..",
                                         "/../etc/passwd",
                                         "/a/../b",
                                         "/a/./b",
                                         "/%2e%2e/x",
                                         "/a/%2E%2e",
                                         "/a%2fb",
                                         "/a%5Cb",
                                         "/a\\b",
                                         "//host",
                                         "/a//b",
                                         "/a%0",
                                         "/a%zz",
                                         "/a%",
                                         "/a%00b",
                                         "/a\nb",
                                         "/?a=%0d%0a",
                                         "/?%1=x"));

TEST(Url, RefusesEndlessTargets) {
    const auto target = parse_target("/" + std::string(5000, 'a'));
    ASSERT_FALSE(target);
    EXPECT_EQ(target.error(), make_error_code(Errc::payload_too_large));
}

TEST(Url, AcceptsHostsThatCanBeRepeated) {
    EXPECT_TRUE(valid_host("earshot.local:7800"));
    EXPECT_TRUE(valid_host("[::1]:7800"));
    EXPECT_FALSE(valid_host(""));
    EXPECT_FALSE(valid_host("host/evil"));
    EXPECT_FALSE(valid_host("host\r\nSet-Cookie: x"));
    EXPECT_FALSE(valid_host("user@host"));
}

}  // namespace
}  // namespace earshot::transport
