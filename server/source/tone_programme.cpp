#include "server/source/tone_programme.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace earshot::source {
namespace {

constexpr double kToneAmplitude = 0.12589254117941673;  // -18 dBFS: a full-scale sine has 0.
constexpr double kTurn = 2.0 * std::numbers::pi;

}  // namespace

ToneProgramme::ToneProgramme() {
    for (std::size_t n = 0; n < period_.size(); ++n) {
        period_[n] = static_cast<float>(kToneAmplitude *
                                        std::sin(kTurn * static_cast<double>(n) / kPeriodFrames));
    }
    for (std::size_t n = 0; n < marker_.size(); ++n) {
        const double x = static_cast<double>(n) / kMarkerFrames;
        const double window = 0.5 - 0.5 * std::cos(kTurn * x);
        marker_[n] =
            static_cast<float>(2.0 * kToneAmplitude * window *
                               std::sin(kTurn * 3.0 * static_cast<double>(n) / kPeriodFrames));
    }
}

bool ToneProgramme::read(ProgrammeTime at, audio::BlockView out) {
    const std::int64_t first = at.time_since_epoch().count();
    for (int n = 0; n < out.frames(); ++n) {
        const std::int64_t frame = first + n;
        float sample = 0.0F;
        if (frame >= 0) {
            sample = period_[static_cast<std::size_t>(frame % kPeriodFrames)];
            const auto in_second = static_cast<std::size_t>(frame % kSampleRateHz);
            if (in_second < marker_.size()) {
                sample += marker_[in_second];
            }
        }
        for (int c = 0; c < out.channels(); ++c) {
            out.channel(c)[static_cast<std::size_t>(n)] = sample;
        }
    }
    return true;
}

}  // namespace earshot::source
