#pragma once

#include "common/audio/block.hpp"
#include "common/dsp/overlay/biquad_lanes.hpp"
#include "common/dsp/overlay/position_phase.hpp"
#include "common/dsp/overlay/tinnitus_parameters.hpp"

#include <array>
#include <cstdint>

namespace earshot::dsp {

/// Adds a character's tinnitus to what a listener hears: a tone with a slight wander of pitch (0.3
/// Hz, 0.2 %), noise of a narrow band around it, noise above it, or mixtures of these; each ear its
/// own.
///
/// While pitch and bandwidth stand still the sound is a function of the programme position: phases
/// exactly, noise to 1e-6 of its level (its filters are run in over up to 0.5 s when it begins).
/// The ears' noises and phases are independent.
/// Source: HEARING 1.8; the mixture keeps the level of its parts, which plain (1 - w) and w would
/// not.
/// Thread: one owner. Real-time: everything but construction.
class Tinnitus {
public:
    using EarGains = std::array<double, audio::kListenerChannels>;

    /// @param seeds  Of the left and the right ear, different.
    explicit Tinnitus(const std::array<std::uint64_t, audio::kListenerChannels>& seeds) noexcept;

    /// Parameters to be reached at the end of the control period that begins with the next frame.
    void set(const TinnitusParameters& parameters) noexcept { wanted_ = parameters; }
    /// What masking, rise, decay and the like leave of the amplitude, 0 to 1, to be reached
    /// likewise.
    void set_gain(const EarGains& gain) noexcept { gain_ = gain; }
    /// Forgets everything but what was set, which then counts from the next frame on.
    void reset() noexcept;

    /// Adds to inout, shape [2][frames]; leaves an ear that hears none untouched, bit for bit.
    /// @param position  Programme frame of the first sample.
    void process(audio::BlockView inout, std::int64_t position) noexcept;
    [[nodiscard]] int latency() const noexcept { return 0; }

private:
    /// What counts at a control point.
    struct Point {
        double hz = 1'000.0;
        double tone = 0.0;    ///< Peak amplitude.
        double narrow = 0.0;  ///< Factor of the filtered pair of noises.
        double broad = 0.0;
        double wander = 0.0;  ///< Cycles that the slow wander of pitch adds to the phase.

        [[nodiscard]] bool heard() const noexcept {
            return tone != 0.0 || narrow != 0.0 || broad != 0.0;
        }
    };
    struct Ear {
        std::uint64_t seed = 0;
        double phase = 0.0;  ///< Cycles at position 0.
        double wander_phase = 0.0;
        PositionPhase carrier{2.0};
        Point from;
        Point to;
        PhaseRun run;
        bool heard = false;
    };
    using Chunk = std::array<double, kControlPeriod>;

    void begin_period(std::int64_t now, std::int64_t grid) noexcept;
    [[nodiscard]] Point point_at(std::size_t ear, std::int64_t grid) const noexcept;
    void take_filters() noexcept;
    void start_noise(std::int64_t position, bool narrow, bool broad) noexcept;
    void run_noise(std::int64_t position, int count, bool narrow, bool broad) noexcept;
    void add_ear(std::size_t ear, int first, std::span<float> inout) noexcept;

    TinnitusParameters wanted_;
    TinnitusParameters taken_;
    EarGains gain_{1.0, 1.0};
    EarGains gain_taken_{1.0, 1.0};
    std::array<Ear, audio::kListenerChannels> ears_;
    BiquadLanes<4> narrow_;  ///< Low-passes of the pairs: left, left, right, right.
    BiquadLanes<2> broad_;   ///< High-passes.
    BiquadLanes<4>::Coefficients narrow_to_{};
    BiquadLanes<2>::Coefficients broad_to_{};
    std::array<double, audio::kListenerChannels> narrow_scale_{};
    std::array<double, audio::kListenerChannels> broad_scale_{};
    std::array<std::array<Chunk, 3>, audio::kListenerChannels> noise_{};
    double narrowest_hz_ = 1'000.0;  ///< Corner of the low-passes.
    double lowest_hz_ = 1'000.0;     ///< Of the high-passes.
    bool fresh_ = true;
    bool narrow_on_ = false;  ///< That noise runs.
    bool broad_on_ = false;
};

}  // namespace earshot::dsp
