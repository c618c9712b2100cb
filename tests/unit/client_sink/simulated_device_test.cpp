#include "client/sink/simulated_device.hpp"

#include "client/sink/clock_bridge.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace earshot::sink {
namespace {

using namespace std::chrono_literals;

TEST(SimulatedTiming, PlaysExactlyAtItsCrystalsRate) {
    const SkewedLocalClock clock(100.0, 3s);
    const LocalInstant start = clock.now();
    const SimulatedTiming timing(clock, start);
    const std::int64_t first = timing.raw_ns(0);
    // An hour of a crystal 100 ppm fast takes 3600 / 1.0001 s; to 2 ns, the rounding of both ends.
    const std::int64_t hour = timing.raw_ns(std::int64_t{3'600} * kSampleRateHz) - first;
    EXPECT_NEAR(static_cast<double>(hour), 3.6e12 / 1.0001, 2.0);
    EXPECT_EQ(timing.local(48'000) - start, 1s);
    EXPECT_EQ(timing.local(480) - start, 10ms);
}

TEST(SimulatedTiming, NeverDriftsFromBlockToBlock) {
    const SkewedLocalClock clock(-100.0, -2s);
    const SimulatedTiming timing(clock, clock.now());
    const double period = 1e7 / (1.0 - 100e-6);
    for (std::int64_t block = 0; block < 100'000; block += 997) {
        const auto past = static_cast<double>(timing.raw_ns(block * 480) - timing.raw_ns(0));
        EXPECT_NEAR(past, static_cast<double>(block) * period, 2.0) << "block " << block;
    }
}

/// Writes each frame's own number and keeps the instants it was asked for.
class CountingCallback final : public audio::PlaybackCallback {
public:
    void render(audio::BlockView out, const audio::DacTime& dac_time) noexcept override {
        for (int i = 0; i < out.frames(); ++i) {
            out.channel(0)[static_cast<std::size_t>(i)] = static_cast<float>(frames_ + i);
            out.channel(1)[static_cast<std::size_t>(i)] = -static_cast<float>(frames_ + i);
        }
        if (calls_ < kKept) {
            instants_[calls_] = dac_time.first;
            rates_[calls_] = dac_time.rate_hz;
        }
        frames_ += out.frames();
        ++calls_;
        total_.store(calls_, std::memory_order_release);
    }
    void wait_for(std::size_t calls) const {
        while (total_.load(std::memory_order_acquire) < calls) {
            sched_yield();
        }
    }
    static constexpr std::size_t kKept = 64;
    std::array<LocalInstant, kKept> instants_{};
    std::array<double, kKept> rates_{};

private:
    int frames_ = 0;
    std::size_t calls_ = 0;
    std::atomic<std::size_t> total_{0};
};

TEST(SimulatedDevice, AsksForOnePeriodAfterTheOtherByItsOwnClock) {
    const SkewedLocalClock clock(50.0, 7s);
    SimulatedDevice device(clock, {.ppm = 50.0, .offset_ms = 7'000.0, .record = {}});
    CountingCallback callback;
    device.start(callback);
    callback.wait_for(6);
    device.stop();
    for (std::size_t i = 1; i < 6; ++i) {
        EXPECT_EQ(callback.instants_[i] - callback.instants_[i - 1], 10ms);
        EXPECT_EQ(callback.rates_[i], 48'000.0);
    }
}

TEST(SimulatedDevice, RecordsEveryFrameWithItsTrueInstant) {
    const auto path = std::filesystem::path(testing::TempDir()) /
                      ("earshot_device_" + std::to_string(::getpid()) + ".wav");
    const SkewedLocalClock clock(100.0, 2s);
    CountingCallback callback;
    std::size_t periods = 0;
    {
        SimulatedDevice device(clock, {.ppm = 100.0, .offset_ms = 2'000.0, .record = path});
        device.start(callback);
        callback.wait_for(4);
        device.stop();
    }
    audio::AudioFile file(path);
    EXPECT_EQ(file.facts().sample_rate_hz, kSampleRateHz);
    ASSERT_EQ(file.channels(), 2);
    periods = static_cast<std::size_t>(file.facts().frames / SimulatedDevice::kPeriodFrames);
    ASSERT_GE(periods, 4U);
    std::vector<float> samples(static_cast<std::size_t>(file.facts().frames) * 2);
    ASSERT_TRUE(file.read(0, samples));
    for (std::size_t i = 0; i < samples.size() / 2; ++i) {
        ASSERT_EQ(samples[2 * i], static_cast<float>(i));
        ASSERT_EQ(samples[2 * i + 1], -static_cast<float>(i));
    }

    std::ifstream json(path.string() + ".json");
    const std::string text{std::istreambuf_iterator<char>(json), {}};
    EXPECT_EQ(text.find("{\"sample_rate\":48000,\"ppm\":100,\"offset_ms\":2000,"
                        "\"block_frames\":480,"),
              0U)
        << text;
    const std::size_t last = (periods - 1) * 480;
    for (const std::size_t frame : {std::size_t{0}, std::size_t{480}, last}) {
        const std::string key = "[" + std::to_string(frame) + ",";
        const std::size_t at = text.find(key);
        ASSERT_NE(at, std::string::npos) << frame;
        const std::int64_t raw = std::stoll(text.substr(at + key.size()));
        if (frame / 480 < CountingCallback::kKept) {
            EXPECT_EQ(raw, clock.raw_ns(callback.instants_[frame / 480])) << frame;
        }
    }
    EXPECT_NE(text.find("],\"late_calls\":"), std::string::npos);
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + ".json");
}

TEST(ClockBridge, SaysWhenFramesPlayByTheMachinesClock) {
    struct Listening final : audio::PlaybackCallback {
        void render(audio::BlockView, const audio::DacTime& dac_time) noexcept override {
            heard = dac_time;
        }
        audio::DacTime heard;
    } player;
    const SkewedLocalClock machine(-80.0, 1'234ms);
    const SkewedLocalClock device(120.0, -5ms);
    ClockBridge bridge(player, device, machine);
    for (const auto ahead : {0s, 10s, 3'600s}) {
        const std::int64_t raw = monotonic_raw_ns() + std::chrono::nanoseconds(ahead).count();
        bridge.render({}, {device.at_raw_ns(raw), 48'000.0});
        EXPECT_NEAR(static_cast<double>(machine.raw_ns(player.heard.first) - raw), 0.0, 4.0)
            << "ns";
        EXPECT_NEAR(player.heard.rate_hz / 48'000.0, 1.00012 / 0.99992, 1e-8);
    }
    const RawLocalClock real;
    bridge.render({}, {device.now(), 48'000.0});
    EXPECT_EQ(real.raw_ns(real.at_raw_ns(123)), 123);
}

}  // namespace
}  // namespace earshot::sink
