#pragma once

#include "common/audio/block.hpp"
#include "common/dsp/chain/prepared_state.hpp"
#include "common/dsp/chain/standing.hpp"
#include "common/dsp/chain/transition.hpp"
#include "common/dsp/gain_ramp.hpp"

#include <span>
#include <vector>

namespace earshot::dsp {

/// Mixes a programme's layers as one perspective's hearing state wants them, in front of its chain:
/// one sound that goes through the loss, one that is inside the head.
///
/// Gains fade with the states, sample by sample. A layer that comes back from silence takes at
/// least 300 ms, or 30 ms if the cue is sudden (DESIGN 1.7). A programme of a mix alone that a
/// state leaves as it is passes bit for bit.
/// Thread: one owner. Real-time: everything but the constructor.
class LayerMixer {
public:
    /// @param layers  What the programme has, in the order of its channels; 1 to kMaxLayers.
    explicit LayerMixer(std::span<const LayerName> layers);

    /// Stands as it is told, as after a seek.
    void start(const Standing& standing) noexcept;
    /// Begins a transition `offset` frames after the next one; below 0 it began so long ago.
    /// Not before the transition given last.
    void change(const Transition& to, Frames offset) noexcept;
    /// @param in       Shape [2 * layers][frames].
    /// @param outside  What goes through the loss, shape [2][frames]; not the memory of in.
    /// @param inside   What is added after it, likewise.
    /// @return false if there is nothing inside: it is silence.
    bool process(audio::ConstBlockView in,
                 audio::BlockView outside,
                 audio::BlockView inside) noexcept;

    /// Stereo layers of the programme.
    [[nodiscard]] int layers() const noexcept { return static_cast<int>(layers_.size()); }

private:
    struct Layer {
        explicit Layer(LayerName which) : name(which) {}

        LayerName name;
        GainRamp outside;
        GainRamp inside;
    };

    void mix_outside(audio::ConstBlockView in, audio::BlockView sum) noexcept;
    /// @return false if nothing is inside.
    bool mix_inside(audio::ConstBlockView in, audio::BlockView sum) noexcept;
    /// @return false if the layer is silent.
    bool add_layer(audio::ConstBlockView in,
                   std::size_t index,
                   GainRamp& gain,
                   audio::BlockView sum) noexcept;

    std::vector<Layer> layers_;
    audio::Block work_;
};

}  // namespace earshot::dsp
