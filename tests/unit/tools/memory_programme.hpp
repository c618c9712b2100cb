#pragma once

#include "common/audio/ports.hpp"
#include "tests/support/signals.hpp"

#include <string>

namespace earshot::tools::test {

/// Noise that is a function of position and channel, with a burst every 100 ms: a programme without
/// a medium.
class MemoryProgramme final : public audio::ProgrammeReader {
public:
    explicit MemoryProgramme(Frames length, float peak = 0.2F) : length_(length), peak_(peak) {}

    [[nodiscard]] std::optional<Frames> length() const override { return length_; }
    bool read(ProgrammeTime at, audio::BlockView out) override {
        const std::int64_t first = at.time_since_epoch().count();
        for (int channel = 0; channel < out.channels(); ++channel) {
            for (int i = 0; i < out.frames(); ++i) {
                out.channel(channel)[static_cast<std::size_t>(i)] = value(first + i, channel);
            }
        }
        reads += 1;
        return reads <= good_reads;
    }
    [[nodiscard]] std::string description() const override { return "noise"; }

    [[nodiscard]] float value(std::int64_t frame, int channel) const {
        if (frame < 0 || frame >= length_.count()) {
            return 0.0F;
        }
        const float loudness = frame % 4'800 < 1'200 ? peak_ : 0.05F * peak_;
        return loudness * earshot::test::noise_at(7U + static_cast<unsigned>(channel),
                                                  static_cast<std::uint64_t>(frame));
    }

    int reads = 0;
    int good_reads = 1'000'000;  ///< The medium fails after so many.

private:
    Frames length_;
    float peak_;
};

}  // namespace earshot::tools::test
