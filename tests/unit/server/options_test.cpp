#include "server/options.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace earshot::server {
namespace {

ParsedOptions parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "earshot-server");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    ParsedOptions parsed = parse_options(static_cast<int>(argv.size()), argv.data());
    (void)::testing::internal::GetCapturedStderr();
    (void)::testing::internal::GetCapturedStdout();
    return parsed;
}

TEST(Options, TakesTheDocumentedDefaults) {
    const auto parsed = parse({"--source", "tone"});
    ASSERT_EQ(parsed.exit_code, -1);
    EXPECT_EQ(parsed.options.address, "::");
    EXPECT_EQ(parsed.options.port, 7800);
    EXPECT_EQ(parsed.options.lead, std::chrono::milliseconds{400});
    EXPECT_EQ(parsed.options.start.kind, StartRule::Kind::now);
    EXPECT_FALSE(parsed.options.data_dir.empty());
}

TEST(Options, TakesALeadByNameOrInMilliseconds) {
    EXPECT_EQ(parse({"--demo", "--lead", "crowded"}).options.lead, std::chrono::milliseconds{800});
    EXPECT_EQ(parse({"--demo", "--lead", "250"}).options.lead, std::chrono::milliseconds{250});
}

TEST(Options, NeedsExactlyOneProgramme) {
    EXPECT_EQ(parse({}).exit_code, 2);
    EXPECT_EQ(parse({"--demo", "--source", "tone"}).exit_code, 2);
    EXPECT_EQ(parse({"--demo"}).exit_code, -1);
}

TEST(Options, EndsWellAfterHelpAndVersion) {
    EXPECT_EQ(parse({"--help"}).exit_code, 0);
    EXPECT_EQ(parse({"--version"}).exit_code, 0);
}

TEST(Options, RefusesWrongUsage) {
    EXPECT_EQ(parse({"--demo", "--nonsense"}).exit_code, 2);
    EXPECT_EQ(parse({"--demo", "--lead", "5"}).exit_code, 2);
    EXPECT_EQ(parse({"--demo", "--lead", "1501"}).exit_code, 2);
    EXPECT_EQ(parse({"--demo", "--listen", "nowhere"}).exit_code, 2);
    EXPECT_EQ(parse({"--demo", "--start", "listeners:0"}).exit_code, 2);
    EXPECT_EQ(parse({"--demo", "--tls-cert", "/dev/null"}).exit_code, 2);  // without its key
}

TEST(ListenAddress, ReadsEveryCommonForm) {
    EXPECT_EQ(parse_listen_address("[::]:7800")->address, "::");
    EXPECT_EQ(parse_listen_address("127.0.0.1:0")->address, "127.0.0.1");
    EXPECT_EQ(parse_listen_address("127.0.0.1:0")->port, 0);
    EXPECT_EQ(parse_listen_address(":80")->address, "::");
    EXPECT_EQ(parse_listen_address("8080")->port, 8080);
    for (const char* wrong :
         {"", "a:b", "::1:80", "1.2.3.4:65536", "1.2.3.4:", "[::]:-1", "host:80x"}) {
        EXPECT_FALSE(parse_listen_address(wrong)) << wrong;
    }
}

TEST(StartRule, ReadsNowGoAndListeners) {
    EXPECT_EQ(parse_start_rule("go")->kind, StartRule::Kind::go);
    EXPECT_EQ(parse_start_rule("listeners:8")->listeners, 8);
    for (const char* wrong : {"", "later", "listeners:", "listeners:x", "listeners:10001"}) {
        EXPECT_FALSE(parse_start_rule(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace earshot::server
