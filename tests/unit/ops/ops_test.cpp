#include "server/ops/access.hpp"
#include "server/ops/admin_token.hpp"
#include "server/ops/health.hpp"
#include "server/ops/metrics.hpp"
#include "server/ops/status_page.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace earshot::ops {
namespace {

class AdminTokenTest : public ::testing::Test {
protected:
    AdminTokenTest() { std::filesystem::remove_all(folder); }
    ~AdminTokenTest() override { std::filesystem::remove_all(folder); }
    [[nodiscard]] std::string text() const {
        std::ifstream in(folder / "admin.token");
        std::string line;
        std::getline(in, line);
        return line;
    }
    std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "earshot_token_test";
};

TEST_F(AdminTokenTest, IsMadeOnceForItsOwnerOnly) {
    const AdminToken token = AdminToken::load_or_create(folder);
    EXPECT_EQ(text().size(), 64U);
    EXPECT_TRUE(token.matches(text()));
    EXPECT_FALSE(token.matches(""));
    EXPECT_FALSE(token.matches(std::string(64, '0')));
    struct stat info {};
    ASSERT_EQ(stat((folder / "admin.token").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_TRUE(AdminToken::load_or_create(folder).matches(text()));
}

TEST_F(AdminTokenTest, RefusesAnEmptyFileAndAFolderThatCannotBe) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "admin.token") << "\n";
    EXPECT_THROW((void)AdminToken::load_or_create(folder), std::runtime_error);
    EXPECT_THROW((void)AdminToken::load_or_create("/dev/null/x"), std::runtime_error);
}

TEST_F(AdminTokenTest, OpensTheApiFromAfar) {
    const AdminToken token = AdminToken::load_or_create(folder);
    wire::HttpRequest request;
    request.path = "/api/v1/status";
    EXPECT_FALSE(permitted(request, token));
    request.headers["authorization"] = "Bearer wrong";
    EXPECT_FALSE(permitted(request, token));
    request.headers["authorization"] = text();
    EXPECT_FALSE(permitted(request, token));
    request.headers["authorization"] = "Bearer " + text();
    EXPECT_TRUE(permitted(request, token));
    request.headers.clear();
    request.from_loopback = true;
    EXPECT_TRUE(permitted(request, token));
    request.from_loopback = false;
    for (const char* open : {"/", "/healthz", "/readyz", "/metricsx"}) {
        request.path = open;
        EXPECT_TRUE(permitted(request, token)) << open;
    }
    for (const char* shut : {"/metrics", "/api", "/api/v1/panic"}) {
        request.path = shut;
        EXPECT_FALSE(permitted(request, token)) << shut;
    }
}

TEST(Health, SaysWhyItIsNotReady) {
    EXPECT_EQ(healthz().status, 200);
    EXPECT_EQ(readyz({}).status, 200);
    const auto response = readyz({"the source delivers nothing"});
    EXPECT_EQ(response.status, 503);
    EXPECT_NE(response.body.find("source"), std::string::npos);
}

TEST(Metrics, ShowsTotalsGaugesAndTheErrorHistogram) {
    Metrics metrics;
    MetricsSnapshot snapshot;
    snapshot.version = "9.9";
    snapshot.listeners = 3;
    snapshot.packets_sent = 100;
    snapshot.refused["rate"] = 2;
    snapshot.errors_seconds = {30e-6, 3e-3};
    (void)metrics.text(snapshot);
    snapshot.packets_sent = 150;
    snapshot.errors_seconds.clear();
    const std::string text = metrics.text(snapshot);
    for (const char* line : {"earshot_listeners 3", "earshot_packets_sent_total 150",
                             "earshot_connections_refused_total{reason=\"rate\"} 2",
                             "earshot_presentation_error_seconds_count 2",
                             "earshot_presentation_error_seconds_bucket{le=\"5e-05\"} 1",
                             "earshot_build_info{version=\"9.9\"} 1"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
    }
}

TEST(StatusPage, EscapesWhatPeopleHaveWritten) {
    StatusPage page;
    page.title = "<script>alert('x')</script>";
    page.streams = {{.perspective = "a&b", .state = "full", .listeners = 2}};
    const std::string body = status_page(page).body;
    EXPECT_EQ(body.find("<script>"), std::string::npos);
    EXPECT_NE(body.find("a&amp;b"), std::string::npos);
}

}  // namespace
}  // namespace earshot::ops
