#include "server/transport/static_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace earshot::transport {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
protected:
    StaticFilesTest() {
        std::string name = (fs::temp_directory_path() / "earshot-web-XXXXXX").string();
        root_ = mkdtemp(name.data());
        fs::create_directories(root_ / "web/sub");
        write("web/index.html", "<p>hello");
        write("web/sub/app.js", "let a;");
        write("web/.hidden", "no");
        write("secret", "no");
        fs::create_symlink("../secret", root_ / "web/leak.txt");
        fs::create_symlink("index.html", root_ / "web/same.html");
    }
    ~StaticFilesTest() override { fs::remove_all(root_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(root_ / name) << text;
    }
    [[nodiscard]] std::string web() const { return (root_ / "web").string(); }

    fs::path root_;
};

TEST_F(StaticFilesTest, FindsFilesAndTheIndexOfAFolder) {
    const StaticFiles files(web());
    ASSERT_NE(files.find("/"), nullptr);
    EXPECT_EQ(files.find("/")->body, "<p>hello");
    EXPECT_EQ(files.find("/index.html")->content_type, "text/html; charset=utf-8");
    ASSERT_NE(files.find("/sub/app.js"), nullptr);
    EXPECT_EQ(files.find("/sub/app.js")->content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(files.find("/sub/"), nullptr);
}

TEST_F(StaticFilesTest, HoldsNothingFromOutsideTheFolder) {
    const StaticFiles files(web());
    EXPECT_EQ(files.find("/leak.txt"), nullptr);
    EXPECT_EQ(files.find("/../secret"), nullptr);
    EXPECT_EQ(files.find("/.hidden"), nullptr);
    EXPECT_NE(files.find("/same.html"), nullptr) << "a link inside the folder is fine";
    EXPECT_EQ(files.size(), 3U);
}

TEST_F(StaticFilesTest, TagsTheSameContentTheSame) {
    const StaticFiles files(web());
    EXPECT_EQ(files.find("/same.html")->etag, files.find("/index.html")->etag);
    EXPECT_NE(files.find("/sub/app.js")->etag, files.find("/index.html")->etag);
}

TEST_F(StaticFilesTest, SaysWhichFolderIsMissing) {
    try {
        const StaticFiles files("/no/such/folder");
        FAIL() << "was accepted";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("--web-dir /no/such/folder"), std::string::npos);
    }
}

TEST(StaticFiles, AreNoneWithoutAFolder) {
    EXPECT_EQ(StaticFiles("").find("/"), nullptr);
}

}  // namespace
}  // namespace earshot::transport
