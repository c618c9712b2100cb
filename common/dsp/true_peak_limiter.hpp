#pragma once

#include "common/dsp/stage.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace earshot::dsp {

/// Whether loud peaks are brought down. `off` leaves the delay alone: for measurements offline,
/// never for listeners.
enum class PeakLimiting { on, off };

/// Keeps the true peak at or under -3 dBTP: 4 times oversampled detector, look-ahead, one gain for
/// both ears. Sound whose true peak stays at or under -3 dBTP comes out with the very samples that
/// went in; from there on peaks are brought to -3.2 dBTP, and further down where the sound is rough
/// (noise, squares), so that what Opus decodes at 96 kbit/s stays under -0.5 dBTP.
///
/// The gain a peak needs is held over the look-ahead before it, released with 50 ms and smoothed
/// over the look-ahead, so that it is there in full when the peak is, without a corner.
/// Source: ITU-R BS.1770-4 annex 2 for the measure of true peak (here 12 taps a phase).
class TruePeakLimiter final : public Stage {
public:
    static constexpr int kLookahead = 96;
    static constexpr int kTaps = 12;
    static constexpr int kLatency = kLookahead + kTaps / 2;

    explicit TruePeakLimiter(PeakLimiting limiting = PeakLimiting::on);
    void process(audio::BlockView inout) noexcept override;
    void reset() noexcept override;
    [[nodiscard]] int latency() const noexcept override { return kLatency; }

    /// Replaces the frames that went in last and have not come out, shape [2][kLatency], oldest
    /// first.
    void revise(audio::ConstBlockView pending) noexcept;

private:
    static constexpr int kRing = 256;
    static constexpr int kChunk = 96;
    static constexpr int kRoughWindow = 128;
    static constexpr int kRoughStep = 16;
    static constexpr int kPhases = 3;  ///< Between two samples; the fourth is the sample itself.
    static constexpr int kWindow = kLookahead + 1;

    static std::size_t at(std::int64_t frame) noexcept {
        return static_cast<std::size_t>(frame & (kRing - 1));
    }
    void store(std::int64_t first, audio::ConstBlockView frames) noexcept;
    /// Sets need_ of the frames [first, first + count), from 5 frames before to 6 after them.
    void detect(std::int64_t first, int count) noexcept;
    /// Sets need_ of these frames. @param peaks  Of both ears.
    void need_gains(std::int64_t first, std::span<const float> peaks) noexcept;
    /// Root mean square of half the step from sample to sample, over the last kRoughWindow frames,
    /// of the rougher ear: what high frequencies weigh, of which Opus makes its noise.
    /// Measured every kRoughStep frames.
    [[nodiscard]] double roughness(std::int64_t frame) noexcept;
    [[nodiscard]] double next_gain(std::int64_t frame) noexcept;

    std::array<std::array<float, kTaps>, kPhases> taps_{};
    PeakLimiting limiting_;
    float tap_sum_ = 1.0F;  ///< No interpolated value exceeds the largest sample by more than this.
    std::array<double, kWindow> smoothing_{};

    std::array<std::array<float, kRing>, audio::kListenerChannels> sound_{};
    std::array<double, kRing> need_{};  ///< Gain each frame asks for.
    std::array<double, kRing> held_{};  ///< After hold and release, before smoothing.
    double release_coefficient_;
    double last_held_ = 1.0;
    int open_frames_ = 0;         ///< Since held_ was last under 1.
    std::int64_t rough_end_ = 0;  ///< Up to which frame roughness_ was measured.
    double roughness_ = 0.0;
    std::int64_t hot_ = 0;    ///< The latest frame that needs a gain under 1.
    std::int64_t taken_ = 0;  ///< Frames that went in.
};

}  // namespace earshot::dsp
