#pragma once

#include "common/audio/block.hpp"
#include "common/dsp/overlay/biquad_lanes.hpp"
#include "common/dsp/overlay/body_rhythm.hpp"
#include "common/dsp/overlay/inner_body_parameters.hpp"

#include <array>
#include <cstdint>

namespace earshot::dsp {

/// Adds what a character hears of its own body: heartbeat, rush of the blood, breath, steps through
/// the bones, and the programme as it goes through the body; all boosted by occlusion (a blocked
/// ear canal), the same in both ears.
///
/// While the rates stand still all of it but the programme's part is a function of the position.
/// Source: HEARING 1.9; Stenfelt & Reinfeldt 2007. Procedural: nothing is recorded.
/// Thread: one owner. Real-time: everything but construction.
class InnerBody {
public:
    explicit InnerBody(std::uint64_t seed) noexcept;

    /// Parameters to be reached at the end of the control period that begins with the next frame.
    void set(const InnerBodyParameters& parameters) noexcept { wanted_ = parameters; }
    void reset() noexcept;

    /// Adds to inout, shape [2][frames]; leaves it untouched, bit for bit, while nothing is set.
    /// @param programme  Shape [2][frames]: the sound before any loss, in time with inout (so
    ///   delayed as the chain delays). May be the same memory as inout.
    /// @param position   Programme frame of the first sample.
    void process(audio::ConstBlockView programme,
                 audio::BlockView inout,
                 std::int64_t position) noexcept;
    [[nodiscard]] int latency() const noexcept { return 0; }

private:
    /// Factors at a control point.
    struct Point {
        double first_sound = 0.0;  ///< Of the heart.
        double second_sound = 0.0;
        double blood = 0.0;
        double inhale = 0.0;
        double exhale = 0.0;
        double thud = 0.0;
        double scuff = 0.0;
        double programme = 0.0;

        [[nodiscard]] bool noisy() const noexcept {
            return blood != 0.0 || inhale != 0.0 || exhale != 0.0 || scuff != 0.0;
        }
        bool operator==(const Point&) const = default;
    };
    /// Amplitudes.
    struct Levels {
        double heart = 0.0;
        double blood = 0.0;  ///< Factor of its noise.
        double breath = 0.0;
        double steps = 0.0;
        double programme = 0.0;
        bool operator==(const Levels&) const = default;
    };
    using Chunk = std::array<double, kControlPeriod>;

    void take_parameters() noexcept;
    void begin_period(std::int64_t now, std::int64_t grid) noexcept;
    [[nodiscard]] Point point_of(const BodyRhythm::Point& heart,
                                 const BodyRhythm::Point& breath,
                                 const BodyRhythm::Point& step) const noexcept;
    void warm_noise(std::int64_t position) noexcept;
    void run_noise(std::int64_t position, int first, std::span<double> out) noexcept;
    void add_tones(int first, std::span<double> out) const noexcept;
    void add_bus(audio::ConstBlockView programme,
                 std::span<const double> body,
                 int first,
                 audio::BlockView inout) noexcept;

    std::uint64_t seed_;
    InnerBodyParameters wanted_;
    InnerBodyParameters taken_;
    Levels levels_;                  ///< Of taken_, as the next.
    std::array<double, 3> rates_{};  ///< Hz: heart, breath, steps.
    BodyRhythm heart_;
    BodyRhythm breath_;
    BodyRhythm step_;
    BiquadLanes<4> noise_;  ///< Blood, breathing in, breathing out, scuff of a step.
    BiquadLanes<4>::Frame noise_scale_{};
    BiquadLanes<4> bus_;  ///< High-pass of the programme; low-pass, occlusion of all; one unused.
    BiquadLanes<4>::Coefficients bus_to_{};
    Point from_;
    Point to_;
    bool fresh_ = true;
    bool noisy_ = false;
    bool heard_ = false;
};

}  // namespace earshot::dsp
