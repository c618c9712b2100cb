#pragma once

#include "common/audio/block.hpp"

#include <cstdint>

namespace earshot::dsp {

/// Sample peak and power of all channels together since the last take().
///
/// Thread: one owner. Real-time: yes.
class LevelMeter {
public:
    struct Reading {
        float peak = 0.0F;  ///< Largest sample magnitude.
        float rms = 0.0F;   ///< Over all channels; a full-scale sine on all of them reads 0.707.
        std::int64_t frames = 0;
    };

    /// @param block  Shape [channels][frames], full scale 1.0. Non-finite samples count as 0.
    void process(audio::ConstBlockView block) noexcept;
    /// What was measured; starts anew.
    [[nodiscard]] Reading take() noexcept;

private:
    float peak_ = 0.0F;
    double energy_ = 0.0;
    std::int64_t samples_ = 0;
    std::int64_t frames_ = 0;
};

}  // namespace earshot::dsp
