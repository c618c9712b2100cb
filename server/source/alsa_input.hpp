#pragma once

#include "server/source/live_input.hpp"
#include "server/source/unique_fd.hpp"

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace earshot::source {

/// Captures from an ALSA device, 48 kHz stereo, in periods of 10 ms. A device that goes away is
/// looked for once a second.
/// Thread: its own; constructor, start() and destructor by one owner.
class AlsaInput final : public LiveInput {
public:
    /// @param device  ALSA's name ("default", "hw:1", "plughw:1").
    /// @throws std::runtime_error  one line that names the device and ALSA's reason.
    explicit AlsaInput(std::string device);
    ~AlsaInput() override;

    void start(LiveBuffer& buffer) override;
    [[nodiscard]] std::string description() const override { return "ALSA " + device_; }
    [[nodiscard]] bool waits() const noexcept override { return false; }

private:
    struct Device;
    void run(LiveBuffer& buffer);
    /// @return false if the device is gone.
    [[nodiscard]] bool capture(LiveBuffer& buffer);

    std::string device_;
    std::unique_ptr<Device> open_;
    std::vector<float> samples_;  ///< Shape [frames][2].
    std::vector<StereoFrame> frames_;
    StopSignal stop_;
    std::thread thread_;
};

}  // namespace earshot::source
