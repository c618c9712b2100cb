#pragma once

#include "common/dsp/acoustic/acoustic_parameters.hpp"
#include "common/dsp/acoustic/band_gains.hpp"
#include "common/dsp/acoustic/band_lanes.hpp"
#include "common/dsp/acoustic/band_rotation.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::dsp {

/// One ear of the acoustic engine: filters, gains, sum.
///
/// It works on a grid of kStep frames of programme position, so that the cuts between calls are
/// not heard. Gains are decided from the sound as it enters the delay, GammatoneBank::kDelay less
/// the filter's own delay before it leaves: rises are met in time. They run straight from step to
/// step.
/// Thread: one owner. Real-time: everything but construction.
class AcousticEar {
public:
    /// @param bank  Outlives this.  @param seed  Of the phase noise.
    AcousticEar(const GammatoneBank& bank, std::uint64_t seed);

    /// Parameters to be reached by the end of the next control period; at once after reset().
    void set(const AcousticEarParameters& parameters) noexcept;
    /// In place, within one step.
    /// @param inout     Full scale 1.0; 1 to kStep - position % kStep frames.
    /// @param position  Programme frame of the first; follows the last call's unless reset() came
    ///                  between.
    void process(std::span<float> inout, std::int64_t position) noexcept;
    void reset() noexcept;

private:
    static constexpr std::size_t kRing = 512;
    /// Room for a read that starts near the ring's end.
    static constexpr std::size_t kRow = kRing + kStep;
    static constexpr std::size_t kPoles = 4;

    /// Filters and detectors of four bands.
    struct Group {
        std::array<Lanes, kPoles> re{};
        std::array<Lanes, kPoles> im{};
    };

    void begin_step(std::int64_t step_start) noexcept;
    void analyse(std::size_t group, std::span<const float> in, std::size_t at) noexcept;
    void store(std::size_t group, std::span<const Lanes> bands, std::size_t at) noexcept;
    void sum(std::span<float> out, int first, std::int64_t position) const noexcept;

    const GammatoneBank& bank_;
    BandGains gains_;
    BandRotation rotation_;
    AcousticEarParameters next_;  ///< As set; counts from the next control point.
    AcousticEarParameters to_;
    AcousticEarParameters from_;
    AcousticEarParameters now_;
    bool pending_ = true;  ///< next_ has not been taken over.
    bool gliding_ = false;
    bool fresh_ = true;
    std::array<Group, kGroups> filters_{};
    BandLanes envelope_{};
    BandLanes gain_from_{};
    BandLanes gain_to_{};
    std::vector<float> rows_;  ///< [kBandSlots][kRow]: what the bands bring to the sum, by frame.
};

}  // namespace earshot::dsp
