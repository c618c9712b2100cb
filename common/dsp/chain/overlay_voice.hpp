#pragma once

#include "common/dsp/chain/kept_sound.hpp"
#include "common/dsp/chain/overlay_parameters.hpp"
#include "common/dsp/delay_line.hpp"
#include "common/dsp/overlay/inner_body.hpp"
#include "common/dsp/overlay/tinnitus.hpp"

#include <cstdint>

namespace earshot::dsp {

/// What a chain adds to its ways but for vibration, a little ahead of what is heard; its latest
/// frames stay readable.
/// Thread: one owner. Real-time: everything but construction.
class OverlayVoice {
public:
    /// Most frames of one run().
    static constexpr int kChunk = 128;

    OverlayVoice();

    /// Begins with these parameters, and no sound.
    void start(const OverlayParameters& parameters) noexcept;
    /// Parameters to be reached kControlPeriod frames after the next control point.
    void set(const OverlayParameters& parameters) noexcept;
    /// What is left of the ringing's amplitude, likewise; counts with the next start() or set().
    void set_ringing(const Tinnitus::EarGains& gains) noexcept { tinnitus_.set_gain(gains); }
    /// As AcousticVoice::run().
    void run(const DelayLine& input,
             std::int64_t first,
             int count,
             int delay,
             std::int64_t position) noexcept;
    [[nodiscard]] const KeptSound& sound() const noexcept { return sound_; }

private:
    Tinnitus tinnitus_;
    InnerBody inner_;
    audio::Block input_;
    audio::Block work_;
    KeptSound sound_;
};

}  // namespace earshot::dsp
