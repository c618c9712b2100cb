#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/dsp/smearing/smearing_parameters.hpp"
#include "common/dsp/smearing/smearing_transform.hpp"

#include <array>
#include <cstdint>

namespace earshot::dsp {

/// Spectral smearing of both ears, each by its own parameters: what wider auditory filters blur is
/// blurred in the sound (HEARING 1.5).
///
/// Output is the input of kLatency frames before, plus what smearing changes in it; where amounts
/// have been 0 for 256 frames it is that input, bit for bit, at the cost of a copy. Frames are cut
/// where the programme position is a multiple of 64; what they make depends on nothing but the 256
/// samples in them and the parameters in force at their end. Each sample is heard through four
/// frames under smooth windows, so that parameters glide however they are set.
/// Frames that are not sound pass as they are: below -200 dBFS, above 120 dBFS, or not finite.
///
/// Thread: one owner. Real-time: everything but construction.
class SmearingStage {
public:
    static constexpr int kLatency = SmearingTransform::kFrame;

    /// From the next frame that ends. @param parameters  Copied; the matrices outlive their use.
    void set(const SmearingParameters& parameters) noexcept { parameters_ = parameters; }

    /// Works in place.
    /// @param inout     Shape [2][frames], full scale 1.0, any number of frames.
    /// @param position  Programme frame of its first sample: anything after reset(), then
    ///   counted on without gaps.
    void process(audio::BlockView inout, std::int64_t position) noexcept;
    /// Forgets all sound, but not the parameters.
    void reset() noexcept;
    /// Frames by which the output comes after the input, whatever the parameters.
    [[nodiscard]] int latency() const noexcept { return kLatency; }

private:
    static constexpr int kFrame = SmearingTransform::kFrame;
    static constexpr int kHop = SmearingTransform::kHop;
    static constexpr int kHops = kFrame / kHop;

    struct Ear {
        /// The input's last kFrame samples; the hop that now comes in is the last.
        alignas(64) std::array<float, kFrame> in{};
        /// Sum of changes from the oldest sample of `in` on.
        alignas(64) std::array<float, kFrame> change{};
        alignas(64) std::array<float, kHop> out{};  ///< The hop that now goes out.
        std::array<std::int32_t, kHops> peaks{};    ///< Of each hop of `in`: bits of a magnitude.
        int changing = 0;                           ///< Hops for which `change` is not all zero.
    };
    void end_hop(Ear& ear, const SmearingParameters::Ear& terms) noexcept;

    SmearingParameters parameters_;
    std::array<Ear, audio::kListenerChannels> ears_{};
    SmearingTransform transform_;
};

}  // namespace earshot::dsp
