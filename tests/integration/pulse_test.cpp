// A listener on a real sound server: PulseAudio with a sink that goes nowhere, and its monitor.
#include "tests/integration/room.hpp"
#include "tests/support/align.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <thread>

namespace earshot::test {
namespace {

constexpr std::int64_t kSecond = 48'000;

TEST(PulseSink, PlaysIntoANullSinkWhoseMonitorHoldsTheProgramme) {
    if (!std::filesystem::exists("/usr/bin/pulseaudio") ||
        !std::filesystem::exists("/usr/bin/parec")) {
        GTEST_SKIP() << "pulseaudio and pulseaudio-utils are not installed";
    }
    TempDir folder;
    const std::string socket = (folder / "socket").string();  // pulseaudio makes "pulse"
    const std::vector<std::string> environment = {
        "HOME=" + folder.path().string(), "XDG_RUNTIME_DIR=" + folder.path().string(),
        "XDG_CONFIG_HOME=" + folder.path().string(), "PULSE_SERVER=unix:" + socket,
        "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"};
    ChildProcess pulse(
        {"/usr/bin/pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
         "--realtime=no", "-L", "module-null-sink sink_name=room rate=48000 channels=2", "-L",
         "module-native-protocol-unix auth-anonymous=1 socket=" + socket},
        folder / "pulseaudio", environment);
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(socket); }, 10s)) << pulse.errors();

    const Audio programme = busy_programme(48'000, 2, 12.0, 77);
    write_audio(folder / "programme.wav", programme, FileFormat::wav_float);
    Server server(folder, {"--source", "file:" + (folder / "programme.wav").string(), "--start",
                           "listeners:1"});
    const std::string wav = (folder / "monitor.wav").string();
    ChildProcess recorder(
        {"/usr/bin/parec", "--device=room.monitor", "--file-format=wav", "--format=float32le",
         "--rate=48000", "--channels=2", "--latency-msec=50", wav},
        folder / "parec", environment);
    ChildProcess client(
        {program("earshot-client"), server.url(), "--name", "pulse", "--sink", "pulse:room",
         "--state-dir", (folder / "state").string(), "--stats", "json"},
        folder / "client", environment);
    ASSERT_TRUE(server.wait_for_phase("playing", 20s)) << client.errors();
    const std::int64_t last = server.playing_segment().media + 8 * kSecond;
    ASSERT_TRUE(wait_until([&] { return server.media_now() >= last; }, 30s));
    EXPECT_EQ(client.stop(5s).exit_code, 0) << client.errors();
    recorder.stop(5s);
    EXPECT_EQ(server.stop().exit_code, 0);

    const Audio monitor = read_audio(wav);
    const auto half = static_cast<double>(monitor.frames()) / 2.0;
    double lowest = 1e18;
    double highest = -1e18;
    double worst = 1.0;
    for (std::int64_t at = 3 * kSecond; at < 7 * kSecond; at += kSecond / 2) {
        const auto found = align(
            programme.channel(0).subspan(static_cast<std::size_t>(at), 9'600), monitor.channel(0),
            half, {.search_frames = static_cast<int>(half), .min_correlation = 0.85});
        ASSERT_TRUE(found) << "programme frame " << at << " is not in the monitor";
        lowest = std::min(lowest, found->position - static_cast<double>(at));
        highest = std::max(highest, found->position - static_cast<double>(at));
        worst = std::min(worst, found->correlation);
    }
    std::cout << "correlation >= " << worst << ", moved by " << (highest - lowest) / 48.0
              << " ms in 4 s of the monitor's own time\n";
    if (!sanitized_run()) {
        EXPECT_LE(highest - lowest, 0.002 * kSecond);
    }
}

}  // namespace
}  // namespace earshot::test
