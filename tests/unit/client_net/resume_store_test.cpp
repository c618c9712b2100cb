#include "client/core/resume_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace earshot::client {
namespace {

/// A directory of its own for each test, gone afterwards.
class ResumeStoreTest : public testing::Test {
protected:
    ResumeStoreTest()
        : directory_(std::filesystem::path(testing::TempDir()) /
                     ("earshot_resume_" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(directory_);
    }
    ~ResumeStoreTest() override { std::filesystem::remove_all(directory_); }
    std::filesystem::path directory_;
};

TEST_F(ResumeStoreTest, GivesBackWhatAnEarlierRunKept) {
    const std::string token{"\0\x01\xFF token\n", 10};
    ASSERT_TRUE(ResumeStore(directory_, "room.local:7800").save(token));
    EXPECT_EQ(ResumeStore(directory_, "room.local:7800").load(), token);
}

TEST_F(ResumeStoreTest, HasNothingForAnotherServer) {
    ASSERT_TRUE(ResumeStore(directory_, "[::1]:7800").save("token"));
    EXPECT_EQ(ResumeStore(directory_, "[::1]:7801").load(), "");
}

TEST_F(ResumeStoreTest, IsForItsOwnerOnly) {
    ResumeStore store(directory_, "room:1");
    ASSERT_TRUE(store.save("first"));
    ASSERT_TRUE(store.save("second"));
    struct stat file {};
    ASSERT_EQ(::stat(store.path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
    ASSERT_EQ(::stat(directory_.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0700U);
    EXPECT_EQ(store.load(), "second");
    EXPECT_FALSE(std::filesystem::exists(store.path().string() + ".new"));
}

TEST_F(ResumeStoreTest, IgnoresAFileThatIsNoneOfItsOwn) {
    ResumeStore store(directory_, "room:1");
    std::ofstream(store.path()) << std::string(ResumeStore::kMaxTokenBytes + 1, 'x');
    EXPECT_EQ(store.load(), "");
}

TEST_F(ResumeStoreTest, NamesADirectoryThatCannotBe) {
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ / "file") << "x";
    try {
        const ResumeStore store(directory_ / "file" / "below", "room:1");
        FAIL() << "a directory below a file";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("below"), std::string::npos);
    }
}

}  // namespace
}  // namespace earshot::client
