#include "common/dsp/level_meter.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {

void LevelMeter::process(audio::ConstBlockView block) noexcept {
    for (int channel = 0; channel < block.channels(); ++channel) {
        for (const float sample : block.channel(channel)) {
            if (std::isfinite(sample)) {
                peak_ = std::max(peak_, std::abs(sample));
                energy_ += static_cast<double>(sample) * static_cast<double>(sample);
            }
        }
        samples_ += block.frames();
    }
    frames_ += block.frames();
}

LevelMeter::Reading LevelMeter::take() noexcept {
    const Reading reading{
        peak_,
        samples_ > 0 ? static_cast<float>(std::sqrt(energy_ / static_cast<double>(samples_)))
                     : 0.0F,
        frames_};
    *this = LevelMeter{};
    return reading;
}

}  // namespace earshot::dsp
