#include "client/core/latency_store.hpp"

#include "client/core/latency_watch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

/// A directory of its own for each test, gone afterwards.
class LatencyStoreTest : public testing::Test {
protected:
    LatencyStoreTest()
        : directory_(std::filesystem::path(testing::TempDir()) /
                     ("earshot_latency_" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(directory_);
    }
    ~LatencyStoreTest() override { std::filesystem::remove_all(directory_); }
    void write(const std::string& text) const {
        std::filesystem::create_directories(directory_);
        std::ofstream(directory_ / "device-latency", std::ios::binary) << text;
    }
    std::filesystem::path directory_;
};

TEST_F(LatencyStoreTest, KeepsEachDevicesOwn) {
    ASSERT_TRUE(LatencyStore(directory_).save("ear pulse:slot1", 35.5));
    ASSERT_TRUE(LatencyStore(directory_).save("ear alsa:hw:0", 0.0));
    ASSERT_TRUE(LatencyStore(directory_).save("skin alsa:hw:0", 8.0));
    const LatencyStore store(directory_);
    EXPECT_EQ(store.load("ear pulse:slot1"), 35.5);
    EXPECT_EQ(store.load("ear alsa:hw:0"), 0.0) << "nothing to add, and that is known";
    EXPECT_EQ(store.load("skin alsa:hw:0"), 8.0);
    EXPECT_FALSE(store.load("ear pulse:"));
    EXPECT_FALSE(store.load(""));
}

TEST_F(LatencyStoreTest, TheLastWordHolds) {
    LatencyStore store(directory_);
    ASSERT_TRUE(store.save("ear alsa:", 180.0));
    ASSERT_TRUE(store.save("ear alsa:", 0.0));
    EXPECT_EQ(store.load("ear alsa:"), 0.0);
    struct stat status {};
    ASSERT_EQ(::stat(store.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(LatencyStoreTest, ForgetsWhatWasNotUsedForLong) {
    LatencyStore store(directory_);
    for (std::size_t n = 0; n <= LatencyStore::kMostDevices; ++n) {
        ASSERT_TRUE(store.save("ear alsa:" + std::to_string(n), 1.0));
    }
    EXPECT_FALSE(store.load("ear alsa:0"));
    EXPECT_EQ(store.load("ear alsa:1"), 1.0);
    EXPECT_EQ(store.load("ear alsa:32"), 1.0);
}

TEST_F(LatencyStoreTest, TakesNothingFromAFileThatIsNotItsOwn) {
    for (const std::string& hostile :
         {std::string("nonsense"), std::string("\0\0\0", 3), std::string("nan ear a"),
          std::string("inf ear a"), std::string("-1 ear a"), std::string("5001 ear a"),
          std::string("35"), std::string("35\tear a"), std::string("1e99 ear a"),
          "1 ear a\n" + std::string(LatencyStore::kMostBytes, 'x')}) {
        write(hostile);
        EXPECT_FALSE(LatencyStore(directory_).load("ear a")) << hostile.substr(0, 40);
    }
    write("x\n-3 ear a\n7 ear a\n\xff\xfe\n9 ear a");
    EXPECT_EQ(LatencyStore(directory_).load("ear a"), 7.0) << "the first line that holds";
    ASSERT_TRUE(LatencyStore(directory_).save("ear a\nb", 3.0));
    EXPECT_EQ(LatencyStore(directory_).load("ear a_b"), 3.0) << "one line a device";
    EXPECT_EQ(LatencyStore(directory_).load("ear a"), 7.0);
}

TEST_F(LatencyStoreTest, SaysWhichDirectoryItCannotMake) {
    try {
        const LatencyStore store("/proc/nowhere");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/proc/nowhere"), std::string::npos);
    }
}

TEST(LatencyWatch, TellsOnceByHowMuchADevicesLatencyChanged) {
    LatencyWatch watch;
    LocalInstant now{};
    for (int n = 0; n < 100; ++n) EXPECT_FALSE(watch.look(0, 50ms, now += 20ms));
    EXPECT_FALSE(watch.look(1, 50ms, now += 20ms));
    EXPECT_FALSE(watch.look(1, 150ms, now += 20ms)) << "not settled";
    EXPECT_FALSE(watch.look(1, 230ms, now += 960ms));
    EXPECT_EQ(watch.look(1, 230ms, now += 20ms), 180ms);
    for (int n = 0; n < 100; ++n) EXPECT_FALSE(watch.look(1, 230ms, now += 20ms));
    EXPECT_FALSE(watch.look(3, 230ms, now += 20ms));
    EXPECT_EQ(watch.look(3, 50ms, now += 1s), -180ms);
}

}  // namespace
}  // namespace earshot::client
