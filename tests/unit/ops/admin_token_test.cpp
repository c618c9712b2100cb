#include "server/ops/admin_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace earshot::ops {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AdminTokenTest : public testing::Test {
protected:
    AdminTokenTest() {
        std::string name = (fs::temp_directory_path() / "earshot-token-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
    }
    ~AdminTokenTest() override { fs::remove_all(root_); }

    [[nodiscard]] fs::path file() const { return root_ / "data/admin.token"; }
    void write(const std::string& text, fs::perms mode) const {
        fs::create_directories(root_ / "data");
        std::ofstream(file()) << text;
        fs::permissions(file(), mode);
    }
    [[nodiscard]] std::string failure() const {
        try {
            (void)AdminToken::load_or_create(root_ / "data");
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "accepted";
    }

    fs::path root_;
};

constexpr auto kPrivate = fs::perms::owner_read | fs::perms::owner_write;

TEST_F(AdminTokenTest, MakesATokenThatOnlyItsOwnerCanRead) {
    const AdminToken token = AdminToken::load_or_create(root_ / "data");
    EXPECT_EQ(token.secret().size(), 64U);
    EXPECT_EQ(fs::status(file()).permissions(), kPrivate);
    EXPECT_EQ(fs::status(root_ / "data").permissions(), fs::perms::owner_all);
    EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "data"), {}), 1)
        << "a temporary file was left";
}

TEST_F(AdminTokenTest, KeepsTheTokenThatIsThere) {
    const std::string first = AdminToken::load_or_create(root_ / "data").secret();
    EXPECT_EQ(AdminToken::load_or_create(root_ / "data").secret(), first);
    EXPECT_NE(AdminToken::load_or_create(root_ / "other").secret(), first);
}

TEST_F(AdminTokenTest, GivesServersThatStartAtOnceTheSameToken) {
    std::vector<std::string> secrets(8);
    std::vector<std::thread> threads;
    for (std::string& secret : secrets) {
        threads.emplace_back([&] { secret = AdminToken::load_or_create(root_ / "data").secret(); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(std::set<std::string>(secrets.begin(), secrets.end()).size(), 1U);
}

TEST_F(AdminTokenTest, MatchesTheSecretAndNothingElse) {
    const AdminToken token = AdminToken::load_or_create(root_ / "data");
    EXPECT_TRUE(token.matches(token.secret()));
    EXPECT_FALSE(token.matches(""));
    EXPECT_FALSE(token.matches(token.secret() + "0"));
    EXPECT_FALSE(token.matches(token.secret().substr(1)));
    std::string other = token.secret();
    other[10] = other[10] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(token.matches(other));
}

TEST_F(AdminTokenTest, RefusesATokenThatOthersMayRead) {
    write(std::string(64, 'a') + "\n", kPrivate | fs::perms::group_read);
    EXPECT_THAT(failure(), HasSubstr("others may read"));
}

TEST_F(AdminTokenTest, RefusesAFileThatHoldsNoToken) {
    write("\n", kPrivate);
    EXPECT_THAT(failure(), HasSubstr("holds no admin token"));
    write("short\n", kPrivate);
    EXPECT_THAT(failure(), HasSubstr("holds no admin token"));
}

TEST_F(AdminTokenTest, DoesNotFollowALink) {
    write(std::string(64, 'a') + "\n", kPrivate);
    fs::rename(file(), root_ / "elsewhere");
    fs::create_symlink(root_ / "elsewhere", file());
    EXPECT_THAT(failure(), HasSubstr("cannot be read"));
}

TEST_F(AdminTokenTest, NamesTheFolderThatCannotBeMade) {
    std::ofstream(root_ / "data") << "a file stands in the way";
    EXPECT_THAT(failure(), HasSubstr((root_ / "data").string()));
}

}  // namespace
}  // namespace earshot::ops
