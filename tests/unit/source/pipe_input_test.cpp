#include "server/source/pipe_input.hpp"

#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace earshot::source {
namespace {

using test::TempDir;

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

TEST(StereoS16Parser, ReadsLittleEndianStereo) {
    StereoS16Parser parser;
    std::vector<StereoFrame> frames;
    parser.parse(bytes_of({0x00, 0x40, 0x00, 0x80, 0xff, 0x7f, 0x01, 0x00}), frames);
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0].left, 0.5F);
    EXPECT_EQ(frames[0].right, -1.0F);
    EXPECT_EQ(frames[1].left, 32'767.0F / 32'768.0F);
    EXPECT_EQ(frames[1].right, 1.0F / 32'768.0F);
}

TEST(StereoS16Parser, KeepsItsPlaceInAFrameHoweverTheBytesCome) {
    StereoS16Parser parser;
    std::vector<StereoFrame> frames;
    std::vector<StereoFrame> all;
    for (int n = 0; n < 40; ++n) {
        parser.parse(bytes_of({n}), frames);
        all.insert(all.end(), frames.begin(), frames.end());
    }
    ASSERT_EQ(all.size(), 10U);
    EXPECT_EQ(all[9].right, static_cast<float>(38 + 256 * 39) / 32'768.0F);
}

TEST(StereoS16Parser, BeginsAWholeFrameAfterRestart) {
    StereoS16Parser parser;
    std::vector<StereoFrame> frames;
    parser.parse(bytes_of({1, 2, 3}), frames);
    EXPECT_EQ(parser.held_bytes(), 3U);
    parser.restart();
    parser.parse(bytes_of({0x00, 0x20, 0x00, 0x10}), frames);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].left, 0.25F);
}

class HandClock final : public MediaClockSource {
public:
    [[nodiscard]] MediaInstant now() const noexcept override { return MediaInstant{}; }
};

/// A fifo, its input, and a way to write to it.
class FifoTest : public ::testing::Test {
protected:
    FifoTest() : path_(dir_ / "in") {
        EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
        input_ = PipeInput::open_fifo(path_);
        input_->start(buffer_);
    }
    [[nodiscard]] UniqueFd writer() const { return UniqueFd{::open(path_.c_str(), O_WRONLY)}; }
    /// Frames that all hold the same value.
    static void write_frames(const UniqueFd& fd, int frames, std::int16_t value) {
        const std::vector<std::int16_t> samples(static_cast<std::size_t>(frames) * 2, value);
        const auto size = static_cast<ssize_t>(samples.size() * 2);
        ASSERT_EQ(::write(fd.get(), samples.data(), samples.size() * 2), size);
    }
    void wait_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            std::this_thread::yield();
        }
    }
    std::vector<StereoFrame> take(std::size_t frames) {
        wait_until([&] { return buffer_.waiting() >= frames; });
        std::vector<StereoFrame> out(frames);
        EXPECT_EQ(buffer_.pop(out), frames);
        return out;
    }

    TempDir dir_;
    std::filesystem::path path_;
    HandClock clock_;
    LiveBuffer buffer_{2'880, clock_};
    std::unique_ptr<PipeInput> input_;
};

TEST_F(FifoTest, IsOpenBeforeAWriterIsThere) {
    EXPECT_EQ(buffer_.waiting(), 0U);
    EXPECT_EQ(input_->description(), "fifo " + path_.string());
    const UniqueFd fd = writer();
    write_frames(fd, 100, 8'192);
    EXPECT_EQ(take(100).back().right, 0.25F);
}

TEST_F(FifoTest, SurvivesTheEndOfEachWriter) {
    for (const int level : {1'024, 2'048, 4'096}) {
        const auto value = static_cast<std::int16_t>(level);
        {
            const UniqueFd fd = writer();
            write_frames(fd, 50, value);
        }
        EXPECT_EQ(take(50).front().left, static_cast<float>(value) / 32'768.0F);
    }
}

TEST_F(FifoTest, AlignsToTheFirstByteOfANewWriter) {
    {
        const UniqueFd fd = writer();
        write_frames(fd, 10, 4'096);
        ASSERT_EQ(::write(fd.get(), "abc", 3), 3);
    }
    (void)take(10);
    // A writer that came before its end is seen could not be told from the old one. That it was
    // seen shows in a second note of the same total.
    Arrival arrival;
    int notes = 0;
    wait_until([&] {
        while (buffer_.next_arrival(arrival)) {
            notes += arrival.total_frames == 10 ? 1 : 0;
        }
        return notes >= 3;
    });
    const UniqueFd fd = writer();
    write_frames(fd, 10, 16'384);
    const std::vector<StereoFrame> frames = take(10);
    EXPECT_EQ(frames.front().left, 0.5F);
    EXPECT_EQ(frames.back().right, 0.5F);
}

TEST_F(FifoTest, LeavesInThePipeWhatFindsNoRoom) {
    const UniqueFd fd = writer();
    write_frames(fd, 10'000, 8'192);
    wait_until([&] { return buffer_.room() < 240; });
    Arrival arrival;
    Arrival last;
    wait_until([&] {
        while (buffer_.next_arrival(arrival)) {
            last = arrival;
        }
        return last.total_frames == 10'000;
    });
    EXPECT_FALSE(last.held_back);
    EXPECT_EQ(buffer_.dropped_frames(), 0U);
    std::size_t total = 0;
    std::array<StereoFrame, 480> some{};
    wait_until([&] { return (total += buffer_.pop(some)) >= 10'000; });
    EXPECT_EQ(total, 10'000U);
}

TEST_F(FifoTest, SaysThatAWriterWaitsWhenThePipeIsFull) {
    const UniqueFd fd = writer();
    ASSERT_EQ(::fcntl(fd.get(), F_SETFL, O_NONBLOCK), 0);
    const std::vector<std::byte> much(65'536);
    wait_until([&] {
        (void)!::write(fd.get(), much.data(), much.size());
        Arrival arrival;
        while (buffer_.next_arrival(arrival)) {
            if (arrival.held_back) {
                return true;
            }
        }
        return false;
    });
}

TEST(PipeInput, SaysWhatItLookedForInOneLine) {
    const TempDir dir;
    try {
        (void)PipeInput::open_fifo(dir / "none");
        FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
        const std::string name = (dir / "none").string();
        EXPECT_EQ(std::string{error.what()}, "no fifo " + name + "; make it with: mkfifo " + name);
    }
    std::ofstream(dir / "plain") << "x";
    EXPECT_THROW((void)PipeInput::open_fifo(dir / "plain"), std::runtime_error);
}

}  // namespace
}  // namespace earshot::source
