#pragma once

#include "client/core/lane_set.hpp"
#include "common/audio/block.hpp"
#include "common/audio/resampler.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace earshot::client {

/// Reads the lanes at the corrector's positions and cross-fades between them: at an epoch's start
/// on its very media frame, at a change of stream once the new one is ready, at a re-anchor at
/// once, and from and to silence where there is nothing to hear. Every fade takes 20 ms.
/// Thread: one owner (the device thread). Real-time: everything but the constructor.
class StreamMixer {
public:
    /// Longest stretch mixed at once.
    static constexpr int kMaxFrames = 240;
    /// Input the resampler needs on each side of a position.
    static constexpr int kReach = audio::PolyphaseResampler::kTaps / 2;

    StreamMixer();

    /// One stretch of output.
    /// @param lanes     Decoded for all positions of the stretch.
    /// @param followed  The stream to be heard.
    /// @param out       Shape [2][frames]; overwritten.
    /// @param position  Media frame of out's first frame; then steps from step_first, linearly to
    ///                  step_last at the frame after the last one.
    void mix(LaneSet& lanes,
             StreamId followed,
             audio::BlockView out,
             double position,
             double step_first,
             double step_last) noexcept;
    /// The position has jumped: what was heard fades out where it was, the same lane fades in at
    /// the position of the next mix().
    void reanchor() noexcept;
    /// Drops everything at once. @pre nothing is audible
    void cut() noexcept;

    /// True if this lane is heard, fading ones included.
    [[nodiscard]] bool hears(const LaneSet::Lane& lane) const noexcept;
    /// The lane that is (or is becoming) the one heard; null in silence.
    [[nodiscard]] LaneSet::Lane* lane() const noexcept {
        return current_ == nullptr ? nullptr : current_->lane;
    }
    /// True if anything comes out, fading voices included.
    [[nodiscard]] bool sounds() const noexcept;

private:
    /// A place where a lane is being read, with its own fade.
    struct Voice {
        LaneSet::Lane* lane = nullptr;  ///< Null: free.
        double offset = 0.0;            ///< Added to the mixer's position (after a re-anchor).
        float from = 0.0F;
        float to = 0.0F;
        int faded = 0;  ///< Frames of the fade that have passed, up to kFadeFrames.
    };

    void choose(LaneSet& lanes, StreamId followed, double position, int frames) noexcept;
    [[nodiscard]] Voice* free_voice() noexcept;
    void release(Voice& voice) noexcept;
    [[nodiscard]] float gain(const Voice& voice) const noexcept;
    void render(Voice& voice,
                audio::BlockView out,
                double position,
                double step_first,
                double step_last) noexcept;

    audio::PolyphaseResampler resampler_{audio::kListenerChannels};
    audio::Block window_;      ///< Where a lane's timeline does not reach.
    audio::Block rendered_;    ///< One voice.
    std::vector<float> fade_;  ///< Raised cosine, shape [kFadeFrames + 1], 0 to 1.
    std::array<Voice, 4> voices_{};
    Voice* current_ = nullptr;
    double last_position_ = 0.0;  ///< Where the next mix() continues if nothing jumps.
    int waited_ = 0;              ///< Frames for which a followed stream has not been ready.
    bool reanchored_ = false;
};

}  // namespace earshot::client
