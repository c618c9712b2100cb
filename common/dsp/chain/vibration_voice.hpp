#pragma once

#include "common/dsp/chain/kept_sound.hpp"
#include "common/dsp/delay_line.hpp"
#include "common/dsp/overlay/vibration.hpp"
#include "common/dsp/true_peak_limiter.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace earshot::dsp {

/// What a body feels of a chain's programme, and what headphones play for it. Always at work, in
/// every state: states only say how strong it is.
///
/// Like the other voices it runs TruePeakLimiter::kLatency frames before what is heard. Its own
/// limiter, the same as that of the ears, takes this up: what is felt comes out with the frames
/// that it belongs to, at -3 dBTP at most.
/// Thread: one owner. Real-time: everything but construction.
class VibrationVoice {
public:
    /// Most frames of one run().
    static constexpr int kChunk = 128;
    /// Latest frames of what is felt that stay readable.
    static constexpr int kFeltFrames = 1'024;
    /// Points that wait at most; the oldest make room.
    static constexpr int kPoints = 8;

    VibrationVoice();

    /// Begins with these parameters, and no sound.
    void start(const VibrationParameters& parameters) noexcept;
    /// As AcousticVoice::set().
    void set(const VibrationParameters& parameters) noexcept { vibration_.set(parameters); }
    /// As AcousticVoice::run().
    void run(const DelayLine& input,
             std::int64_t first,
             int count,
             int delay,
             std::int64_t position) noexcept;

    /// What headphones play, ahead of what is heard.
    [[nodiscard]] const KeptSound& stand_in() const noexcept { return stand_in_; }
    /// The frames before number `end`, for shakers: as late as what is heard.
    /// @param out  Shape [frames], frames <= kFeltFrames.   @pre end is not ahead of what is heard
    void felt(std::int64_t end, std::span<float> out) const noexcept;
    /// Takes the points that have come since the last call, oldest first. @return how many.
    int take_points(std::span<HapticPoint> out) noexcept;

private:
    [[nodiscard]] static std::size_t at(std::int64_t frame) noexcept {
        return static_cast<std::size_t>(frame & (kFeltFrames - 1));
    }
    void keep(std::span<const HapticPoint> points) noexcept;

    Vibration vibration_;
    TruePeakLimiter limiter_;
    audio::Block input_;
    audio::Block work_;
    KeptSound stand_in_;
    std::array<float, kFeltFrames> felt_{};
    std::array<HapticPoint, kPoints> points_{};
    int point_count_ = 0;
};

}  // namespace earshot::dsp
