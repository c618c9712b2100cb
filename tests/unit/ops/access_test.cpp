#include "server/ops/access.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

namespace earshot::ops {
namespace {

class AccessTest : public testing::Test {
protected:
    AccessTest() : folder_(make_folder()), token_(AdminToken::load_or_create(folder_)) {}
    ~AccessTest() override { std::filesystem::remove_all(folder_); }

    static std::filesystem::path make_folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "earshot-access-XXXXXX").string();
        return ::mkdtemp(name.data());
    }
    [[nodiscard]] int status(const Caller& caller) const {
        return decide_access(caller, token_).status;
    }
    /// Somebody at the server's own machine.
    static Caller local(std::string_view path = "/api/v1/status") {
        return {.path = path, .from_loopback = true, .host = "localhost:7800"};
    }

    std::filesystem::path folder_;
    AdminToken token_;
};

TEST_F(AccessTest, OpensPagesAndHealthToEverybody) {
    for (const char* path :
         {"/", "/healthz", "/readyz", "/status.js", "/j/ABCD", "/apis", "/metricsx"}) {
        EXPECT_EQ(status({.path = path, .host = "evil.example"}), 200) << path;
    }
}

TEST_F(AccessTest, KeepsApiAndMetricsFromOtherMachines) {
    for (const char* path : {"/api", "/api/", "/api/v1/status", "/metrics", "/metrics/x"}) {
        EXPECT_EQ(status({.path = path, .host = "server:7800"}), 401) << path;
    }
}

TEST_F(AccessTest, LetsTheTokenInFromAnywhere) {
    const std::string good = "Bearer " + token_.secret();
    EXPECT_EQ(status({.path = "/api/v1/go", .authorization = good, .host = "x"}), 200);
    const std::string lower = "bearer " + token_.secret();
    EXPECT_EQ(status({.path = "/metrics", .authorization = lower, .host = "x"}), 200);
}

TEST_F(AccessTest, RefusesAWrongTokenEvenAtTheServersOwnMachine) {
    Caller caller = local();
    std::string wrong = "Bearer " + token_.secret();
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    for (const std::string& header : {wrong, std::string("Bearer "), std::string("Bearer"),
                                      "Basic " + token_.secret(), token_.secret()}) {
        caller.authorization = header;
        EXPECT_EQ(status(caller), 401) << header.substr(0, 8);
    }
}

TEST_F(AccessTest, TrustsTheServersOwnMachine) {
    for (const char* host :
         {"localhost", "localhost:7800", "127.0.0.1:7800", "[::1]:7800", "LOCALHOST"}) {
        Caller caller = local();
        caller.host = host;
        EXPECT_EQ(status(caller), 200) << host;
    }
}

TEST_F(AccessTest, RefusesANameThatWasReboundToThisMachine) {
    for (const char* host : {"", "evil.example", "evil.example:7800", "127.0.0.1.evil.example",
                             "localhost.evil.example", "[::2]", "127.evil"}) {
        Caller caller = local();
        caller.host = host;
        EXPECT_EQ(status(caller), 403) << host;
    }
}

TEST_F(AccessTest, RefusesPagesOfOtherSites) {
    Caller caller = local("/api/v1/panic");
    caller.origin = "https://evil.example";
    EXPECT_EQ(status(caller), 403);
    caller.origin = "null";
    EXPECT_EQ(status(caller), 403);
    caller.origin = "http://localhost:7800";
    EXPECT_EQ(status(caller), 200);
    caller.fetch_site = "cross-site";
    EXPECT_EQ(status(caller), 403);
    caller.fetch_site = "same-origin";
    EXPECT_EQ(status(caller), 200);
}

TEST_F(AccessTest, DoesNotTakeAProxyForTheOperator) {
    Caller caller = local();
    caller.forwarded = true;
    EXPECT_EQ(status(caller), 401);
}

TEST_F(AccessTest, ReadsACallerFromARequest) {
    struct {
        std::string path = "/api/v1/status";
        std::map<std::string, std::string, std::less<>> headers{
            {"host", "localhost"}, {"origin", "http://x"}, {"x-forwarded-for", "10.0.0.1"}};
        bool from_loopback = true;
    } const request;
    const Caller caller = caller_of(request);
    EXPECT_EQ(caller.path, "/api/v1/status");
    EXPECT_EQ(caller.host, "localhost");
    EXPECT_EQ(caller.origin, "http://x");
    EXPECT_TRUE(caller.forwarded);
    EXPECT_TRUE(caller.from_loopback);
    EXPECT_EQ(caller.authorization, "");
}

}  // namespace
}  // namespace earshot::ops
