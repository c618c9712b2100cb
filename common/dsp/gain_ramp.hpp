#pragma once

#include "common/audio/block.hpp"
#include "common/base/time.hpp"
#include "common/dsp/fade_curve.hpp"

#include <array>
#include <cstdint>

namespace earshot::dsp {

/// A gain that moves without a click, evaluated at every sample.
///
/// A ramp that is interrupted runs on underneath the new one, which grows over it from nothing:
/// value and slope stay continuous, and the gain stays between the gains it was sent to.
/// Thread: one owner. Real-time: yes.
class GainRamp {
public:
    /// @param gain  The gain at first, linear.
    explicit GainRamp(double gain = 1.0) noexcept : base_(gain) {}

    /// Stands at a gain at once.
    void set(double gain) noexcept;
    /// Moves to a gain. @param fade  At least one frame.
    /// @param begins  Frames until it begins, not before the move called last; 0: with the next
    ///   frame. Below 0 it began so long ago.
    void move_to(double gain,
                 Frames fade,
                 FadeCurve curve = FadeCurve::quintic,
                 Frames begins = Frames{0}) noexcept;
    /// Multiplies each frame of inout, shape [channels][frames], by its gain; leaves the samples
    /// untouched while the gain is exactly 1.
    void process(audio::BlockView inout) noexcept;

    /// The gain of the next frame.
    [[nodiscard]] double gain() const noexcept;
    [[nodiscard]] bool moving() const noexcept { return count_ > 0; }
    /// The gain it stands at or moves to.
    [[nodiscard]] double target() const noexcept;

private:
    struct Move {
        double target;
        std::int64_t begin;  ///< By now_'s count.
        std::int64_t length;
        FadeCurve curve;
    };
    void drop_finished() noexcept;

    double base_;
    std::array<Move, 8> moves_{};  ///< Oldest first.
    int count_ = 0;
    std::int64_t now_ = 0;
};

}  // namespace earshot::dsp
