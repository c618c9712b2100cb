#pragma once

#include "common/audio/block.hpp"
#include "common/dsp/hearing_state.hpp"

#include <memory>

namespace earshot::dsp {

/// One change of hearing state.
struct Transition {
    const PreparedState* target = nullptr;  ///< Outlives the chain.
    Frames fade{0};                         ///< kShortestFade to kLongestFade.
    FadeCurve curve = FadeCurve::quintic;
    bool sudden = false;  ///< May leave silence within 30 ms instead of 300 ms (DESIGN 1.7).
};

/// One perspective's whole processing: hearing states, their crossfades, true-peak limiter.
/// Output equals the input of kChainLatency (960) frames before, as the state hears it; `full`
/// below -3 dBTP is that, bit for bit.
///
/// Thread: one owner. Real-time: start(), change(), process(); not the constructor.
class HearingChain {
public:
    HearingChain();
    ~HearingChain();
    HearingChain(const HearingChain&) = delete;
    HearingChain& operator=(const HearingChain&) = delete;

    /// Forgets all sound and stands in a state, as after a seek. With from and elapsed, it stands
    /// inside a fade that began `elapsed` frames before the next output frame.
    /// @param into  target must not be null; fade 0 allowed here.
    void start(const Transition& into,
               const PreparedState* from = nullptr,
               Frames elapsed = Frames{0}) noexcept;

    /// Begins a transition at output frame `offset` of the next process() call (0 <= offset <
    /// frames). A transition in progress continues from what is heard at that frame, without a
    /// click. At most 8 changes can wait for one process() call; more replace the last. A fade out
    /// of sound that was below -60 dBFS for more than 1 s lasts at least 300 ms, or 30 ms if it is
    /// sudden; quiet passages heard in `full` do not count. With 6 different states in flight a
    /// change to a seventh waits for a fade to end.
    void change(const Transition& to, int offset) noexcept;

    /// @param in   Shape [2][frames], full scale 1.0, any number of frames >= 1.
    /// @param out  Shape [2][frames]; may be the same memory as in.
    void process(audio::ConstBlockView in, audio::BlockView out) noexcept;

    /// The state it stands in or moves to.
    [[nodiscard]] const PreparedState& target() const noexcept;
    /// True while a fade runs.
    [[nodiscard]] bool moving() const noexcept;

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace earshot::dsp
