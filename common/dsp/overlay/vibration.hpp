#pragma once

#include "common/audio/block.hpp"
#include "common/base/errc.hpp"
#include "common/dsp/overlay/biquad_lanes.hpp"
#include "common/dsp/overlay/gliding_level.hpp"
#include "common/dsp/overlay/haptic_point.hpp"
#include "common/dsp/overlay/onset_detector.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace earshot::dsp {

/// Settings of a Vibration, fixed for its life.
struct VibrationSettings {
    double ratio = 2.5;             ///< Compression, 1 (none) to 10.
    double reference_dbfs = -18.0;  ///< The level (rms) that compression leaves alone, -40 to 0.
    bool shaker_weighting =
        true;  ///< +6 dB an octave below 60 Hz down to 15 Hz, in the audio only.
};

/// What a Vibration glides between.
struct VibrationParameters {
    GlidingLevel tactile = GlidingLevel::at(0.0);  ///< Of the audio for shakers and of the points.
    GlidingLevel stand_in = {};  ///< Of what headphones play of it, -12 dB where felt.
    bool operator==(const VibrationParameters&) const = default;
};

/// The weighted mean. @param weights  >= 0, sum 1. Real-time: yes.
void blend(std::span<const VibrationParameters* const> states,
           std::span<const double> weights,
           VibrationParameters& out) noexcept;

/// What a body feels of the programme: its middle from 20 to 250 Hz (4th order), compressed.
///
/// Outputs, all kLatency late: audio for shakers; what headphones play for those who have none
/// (under 120 Hz, not compressed); and points for motors, 100 a second. The compressor looks ahead
/// over kLatency; attack 5 ms, release 80 ms. Below -50 dBFS it lets go, so that noise is not felt.
/// Source: HEARING 1.13; Merchel & Altinsoy 2018. Thread: one owner. Real-time: all but
/// construction.
class Vibration {
public:
    static constexpr int kLatency = 256;

    /// @throws std::invalid_argument  if a setting is out of range.
    explicit Vibration(const VibrationSettings& settings = {});

    /// Parameters to be reached at the end of the control period that begins with the next frame.
    void set(const VibrationParameters& parameters) noexcept { wanted_ = parameters; }
    void reset() noexcept;

    /// @param in        Shape [2][frames]. Any of the other buffers may be its channel 0.
    /// @param position  Programme frame of the first sample of in.
    /// @param tactile   Shape [frames], within +-8: whoever plays it limits it.
    /// @param stand_in  Shape [frames].
    /// @param points    Gets the points that are complete, each two periods after its beginning
    ///                  came out; room for frames / 480 + 1.
    /// @return how many.
    int process(audio::ConstBlockView in,
                std::int64_t position,
                std::span<float> tactile,
                std::span<float> stand_in,
                std::span<HapticPoint> points) noexcept;
    [[nodiscard]] int latency() const noexcept { return kLatency; }

private:
    static constexpr int kRing = 512;
    static constexpr int kRecentPoints = 8;

    void begin_period() noexcept;
    void end_period(std::int64_t end) noexcept;
    void run(audio::ConstBlockView in,
             std::int64_t position,
             std::span<float> tactile,
             std::span<float> stand_in) noexcept;
    void count(std::span<const double> felt) noexcept;
    [[nodiscard]] HapticPoint measure_point(std::int64_t position) noexcept;
    [[nodiscard]] HapticPoint next_point(std::int64_t end) noexcept;
    [[nodiscard]] double gain_db(double power) const noexcept;

    VibrationSettings settings_;
    double attack_, release_;  ///< Share of the way that the envelope goes in a control period.
    VibrationParameters wanted_;
    VibrationParameters taken_;
    /// High-pass and low-pass of the band, one behind the other; two low-passes of the stand-in
    /// likewise; weighting of the audio; one unused.
    BiquadLanes<6> lanes_;
    OnsetDetector onsets_;
    std::array<double, kRing> ring_{};  ///< The band, by position, one frame late.

    struct Point {
        double gain = 1.0;  ///< Of the compressor.
        double tactile = 1.0;
        double stand_in = 0.0;
    };
    Point levels_;  ///< Of taken_.
    Point from_;
    Point to_;
    double power_ = 0.0;     ///< Of the control period in progress, a sum.
    double mean_ = 0.0;      ///< Likewise, of the band itself.
    int counted_ = 0;        ///< Frames of it.
    double envelope_ = 0.0;  ///< Power.

    // The point in progress.
    double point_power_ = 0.0;
    double point_change_ = 0.0;  ///< Power of the difference of neighbours.
    double point_peak_ = 0.0;
    double last_sample_ = 0.0;
    double slow_power_ = 0.0;
    double slow_change_ = 0.0;
    std::optional<std::int64_t> stroke_;  ///< Found, not yet in a point.
    HapticPoint held_;                    ///< Complete but for a stroke that may yet be found.
    std::int64_t begin_ = 0;              ///< First frame since reset(): no point begins before it.
    bool fresh_ = true;
};

}  // namespace earshot::dsp
