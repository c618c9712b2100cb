#pragma once

#include "common/audio/block.hpp"
#include "common/dsp/acoustic/gammatone_bank.hpp"
#include "common/dsp/chain/standing.hpp"
#include "common/dsp/chain/transition.hpp"
#include "common/dsp/overlay/haptic_point.hpp"
#include "common/dsp/true_peak_limiter.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace earshot::dsp {

/// One perspective's whole processing: hearing states, their crossfades, true-peak limiter.
/// Output equals the input of kChainLatency (960) frames before, as the state hears it; `full`
/// below -3 dBTP is that, bit for bit.
///
/// Between states of the acoustic way parameters glide; between ways (bypass, acoustic, implant,
/// silence) sounds crossfade, each ear by itself. Noise and phases are functions of the programme
/// position.
/// Thread: one owner. Real-time: start(), change(), process(); not the constructor.
class HearingChain {
public:
    /// @param bank      Shared by all chains; null: one of its own is designed, which takes a few
    /// ms.
    /// @param limiting  Off: peaks stay as the states make them; the latency is the same.
    explicit HearingChain(std::shared_ptr<const GammatoneBank> bank = nullptr,
                          PeakLimiting limiting = PeakLimiting::on);
    ~HearingChain();
    HearingChain(const HearingChain&) = delete;
    HearingChain& operator=(const HearingChain&) = delete;

    /// Forgets all sound and stands as it is told, as after a seek.
    /// @param position  Programme frame of the next output frame.
    void start(const Standing& standing, std::int64_t position = 0) noexcept;

    /// Begins a transition at output frame `offset` of the next process() call (0 <= offset <
    /// frames). A transition in progress continues from what is heard at that frame, without a
    /// click. At most 8 changes can wait for one process() call; more replace the last. A fade out
    /// of sound that was below -60 dBFS for more than 1 s lasts at least 300 ms, or 30 ms if it is
    /// sudden; quiet passages heard in `full` do not count. With 6 different states in flight, or 3
    /// different implants, a change to one more waits for a fade to end.
    void change(const Transition& to, int offset) noexcept;

    /// @param in   Shape [2][frames], full scale 1.0, any number of frames >= 1.
    /// @param out  Shape [2][frames]; may be the same memory as in.
    void process(audio::ConstBlockView in, audio::BlockView out) noexcept;
    /// The same with sound that is inside the head: added after the loss, in the same frames.
    /// @param inside  Shape [2][frames], or nothing, which is silence.
    void process(audio::ConstBlockView in,
                 audio::ConstBlockView inside,
                 audio::BlockView out) noexcept;

    /// What a body feels in the latest frames that process() gave, for shakers; -3 dBTP at most.
    /// @param out  Shape [frames], frames <= kFeltFrames.
    void felt(std::span<float> out) const noexcept;
    /// Takes the points for motors that are complete and were not taken, oldest first, at most 8.
    /// One is complete 960 frames after its beginning, less 102. Positions count from start()'s.
    /// @return how many.
    int take_points(std::span<HapticPoint> out) noexcept;
    static constexpr std::size_t kFeltFrames = 960;

    /// The state it stands in or moves to.
    [[nodiscard]] const PreparedState& target() const noexcept;
    /// True while a fade runs.
    [[nodiscard]] bool moving() const noexcept;

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace earshot::dsp
