#pragma once

#include "server/source/live_input.hpp"

#include <memory>
#include <string>

namespace earshot::source {

/// Records from a PulseAudio source, 48 kHz stereo, in fragments of 10 ms. A server that goes away
/// is called again once a second.
/// Thread: libpulse's own; constructor, start() and destructor by one owner.
class PulseInput final : public LiveInput {
public:
    /// @param source  PulseAudio's name ("@DEFAULT_SOURCE@", "room.monitor").
    /// @throws std::runtime_error  one line, within 5 s, if it cannot be recorded from.
    explicit PulseInput(std::string source);
    ~PulseInput() override;

    void start(LiveBuffer& buffer) override;
    [[nodiscard]] std::string description() const override { return "PulseAudio " + source_; }
    [[nodiscard]] bool waits() const noexcept override { return false; }

private:
    class Recorder;
    std::string source_;
    std::unique_ptr<Recorder> recorder_;
};

}  // namespace earshot::source
