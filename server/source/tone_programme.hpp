#pragma once

#include "common/audio/ports.hpp"

#include <array>
#include <optional>
#include <string>

namespace earshot::source {

/// An endless test signal: 1 kHz at -18 dBFS in both channels, and on every whole second a 10 ms
/// burst of 3 kHz, 6 dB louder, that shows by ear and by eye whether listeners are together.
/// Thread: one owner. Real-time: no (but it would be).
class ToneProgramme final : public audio::ProgrammeReader {
public:
    ToneProgramme();
    [[nodiscard]] std::optional<Frames> length() const override { return std::nullopt; }
    bool read(ProgrammeTime at, audio::BlockView out) override;
    [[nodiscard]] std::string description() const override {
        return "test tone, 1 kHz at -18 dBFS";
    }

private:
    static constexpr int kPeriodFrames = 48;
    static constexpr int kMarkerFrames = 480;
    std::array<float, kPeriodFrames> period_{};
    std::array<float, kMarkerFrames> marker_{};
};

}  // namespace earshot::source
