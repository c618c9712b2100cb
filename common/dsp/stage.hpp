#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"

namespace earshot::dsp {

/// One step of a hearing chain's work on sound.
///
/// The same sound gives the same samples however it is cut into calls; non-finite samples never
/// come out if none goes in; no output depends on anything but the sound since reset().
/// Thread: one owner. Real-time: everything but construction.
class Stage {
public:
    virtual ~Stage() = default;

    /// Works in place.
    /// @param inout  Shape [2][frames], full scale 1.0, any number of frames.
    virtual void process(audio::BlockView inout) noexcept = 0;
    /// Forgets all sound, as if newly made.
    virtual void reset() noexcept = 0;
    /// Frames by which the output comes after the input.
    [[nodiscard]] virtual int latency() const noexcept = 0;

protected:
    Stage() = default;
    Stage(const Stage&) = default;
    Stage& operator=(const Stage&) = default;
};

}  // namespace earshot::dsp
