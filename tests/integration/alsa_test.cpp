// A listener on an ALSA device: alsa-lib's pulse plugin gives it a clock, its file plugin keeps
// what was written to it.
#include "tests/integration/room.hpp"
#include "tests/support/align.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <optional>

namespace earshot::test {
namespace {

constexpr std::int64_t kSecond = 48'000;

/// A sound server with one sink that goes nowhere, and an ALSA configuration with the device "room"
/// on it, whose sound goes into a file too.
class AlsaRoom {
public:
    explicit AlsaRoom(const TempDir& folder)
        : socket_((folder / "socket").string()), heard_(folder / "heard.f32") {
        write_text(folder / "alsa.conf", "pcm.room { type file slave.pcm clocked file \"" +
                                             heard_.string() +
                                             "\" format raw }\n"
                                             "pcm.clocked { type pulse server \"unix:" +
                                             socket_ + "\" device room }\n");
        environment_ = {"HOME=" + folder.path().string(),
                        "XDG_RUNTIME_DIR=" + folder.path().string(),
                        "XDG_CONFIG_HOME=" + folder.path().string(),
                        "ALSA_CONFIG_PATH=" + (folder / "alsa.conf").string(),
                        "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"};
        pulse_.emplace(
            std::vector<std::string>{
                "/usr/bin/pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no",
                "--exit-idle-time=-1", "--realtime=no", "-L",
                "module-null-sink sink_name=room rate=48000 channels=2", "-L",
                "module-native-protocol-unix auth-anonymous=1 socket=" + socket_},
            folder / "pulseaudio", environment_);
    }

    [[nodiscard]] bool ready() const {
        return wait_until([this] { return std::filesystem::exists(socket_); }, 10s);
    }
    [[nodiscard]] const std::vector<std::string>& environment() const { return environment_; }
    /// What the device was given on its left channel: it takes floats.
    [[nodiscard]] std::vector<float> heard() const {
        const std::string bytes = read_text(heard_);
        std::vector<float> left(bytes.size() / (2 * sizeof(float)));
        for (std::size_t frame = 0; frame < left.size(); ++frame) {
            std::memcpy(&left[frame], &bytes[frame * 2 * sizeof(float)], sizeof(float));
        }
        return left;
    }

private:
    std::string socket_;
    std::filesystem::path heard_;
    std::vector<std::string> environment_;
    std::optional<ChildProcess> pulse_;
};

bool pulse_plugin_is_there() {
    for (const auto& folder : std::filesystem::directory_iterator("/usr/lib")) {
        if (std::filesystem::exists(folder.path() / "alsa-lib/libasound_module_pcm_pulse.so")) {
            return std::filesystem::exists("/usr/bin/pulseaudio");
        }
    }
    return false;
}

/// Kilobytes that may not be paged out, by the kernel's account.
long locked_kb(pid_t pid) {
    const std::string status = read_text("/proc/" + std::to_string(pid) + "/status");
    const std::size_t at = status.find("VmLck:");
    return at == std::string::npos ? 0 : std::stol(status.substr(at + 6));
}

TEST(AlsaSink, PlaysTheProgrammeInThePeriodsAskedFor) {
    if (!pulse_plugin_is_there()) {
        GTEST_SKIP() << "pulseaudio and libasound2-plugins are not installed";
    }
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the plugin's own threads, which ThreadSanitizer cannot see into";
#endif
    TempDir folder;
    const AlsaRoom room(folder);
    ASSERT_TRUE(room.ready());
    const Audio programme = busy_programme(48'000, 2, 12.0, 78);
    write_audio(folder / "programme.wav", programme, FileFormat::wav_float);
    Server server(folder, {"--source", "file:" + (folder / "programme.wav").string(), "--start",
                           "listeners:1"});
    ChildProcess client(
        {program("earshot-client"), server.url(), "--name", "alsa", "--sink",
         "alsa:room,period=960,periods=5,rt=20", "--lock-memory", "--stats", "json"},
        folder / "client", room.environment());
    ASSERT_TRUE(server.wait_for_phase("playing", 20s)) << client.errors();
    const std::int64_t last = server.playing_segment().media + 8 * kSecond;
    ASSERT_TRUE(wait_until([&] { return server.media_now() >= last; }, 30s));

    // Both need rights; whoever has not got them is told, once.
    const std::string words = client.errors();
    const auto said = [&](const char* text) { return words.find(text) != std::string::npos; };
    EXPECT_TRUE(said("ALSA, room, 4800 frames in periods of 960, ")) << words;
    EXPECT_NE(said(", real-time priority 20"), said(", no real-time priority: ")) << words;
    if (!sanitized_run()) {  // AddressSanitizer locks nothing, and says it did.
        EXPECT_NE(locked_kb(client.pid()) > 1'000, said("does not permit --lock-memory")) << words;
    }
    EXPECT_EQ(words.find("ALSA lib"), std::string::npos) << words;
    EXPECT_EQ(client.stop(5s).exit_code, 0) << client.errors();
    EXPECT_EQ(server.stop().exit_code, 0);

    const std::vector<float> heard = room.heard();
    const auto half = static_cast<double>(heard.size()) / 2.0;
    double lowest = 1e18;
    double highest = -1e18;
    double worst = 1.0;
    for (std::int64_t at = 3 * kSecond; at < 7 * kSecond; at += kSecond / 2) {
        const auto found =
            align(programme.channel(0).subspan(static_cast<std::size_t>(at), 9'600), heard, half,
                  {.search_frames = static_cast<int>(half), .min_correlation = 0.85});
        ASSERT_TRUE(found) << "programme frame " << at << " was not written to the device";
        lowest = std::min(lowest, found->position - static_cast<double>(at));
        highest = std::max(highest, found->position - static_cast<double>(at));
        worst = std::min(worst, found->correlation);
    }
    std::cout << "correlation >= " << worst << ", moved by " << (highest - lowest) / 48.0
              << " ms in 4 s of the device's own time\n";
    if (!sanitized_run()) {
        EXPECT_LE(highest - lowest, 0.002 * kSecond);
    }
}

TEST(AlsaSink, SaysInOneLineWhatIsWrongWithADevice) {
    TempDir folder;
    write_text(folder / "alsa.conf", "pcm.other { type null }\n");
    ChildProcess client({program("earshot-client"), "http://127.0.0.1:9", "--sink", "alsa:hw:77"},
                        folder / "client", {"ALSA_CONFIG_PATH=" + (folder / "alsa.conf").string()});
    const auto end = client.wait(10s);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->exit_code, 1);
    const std::string words = client.errors();
    EXPECT_NE(words.find("ALSA device hw:77: cannot be opened: "), std::string::npos) << words;
    EXPECT_EQ(std::count(words.begin(), words.end(), '\n'), 1) << words;
}

}  // namespace
}  // namespace earshot::test
