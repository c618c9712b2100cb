#include "common/dsp/chain/layer_mixer.hpp"

#include "common/audio/format.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace earshot::dsp {
namespace {

constexpr int kChunk = 256;
static_assert(kLayers == std::size_t{audio::kMaxLayers});

const LayerGains& gains_of(const PreparedState& state, LayerName layer) noexcept {
    return state.layers[static_cast<std::size_t>(layer)];
}

bool stands_at(const GainRamp& ramp, double gain) noexcept {
    return !ramp.moving() && ramp.target() == gain;
}

/// Adds what is not zero: a layer that is silent changes no bit, be it played or left out.
void add(audio::ConstBlockView in, audio::BlockView sum) noexcept {
    for (int channel = 0; channel < sum.channels(); ++channel) {
        const auto from = in.channel(channel);
        const auto to = sum.channel(channel);
        std::transform(from.begin(), from.end(), to.begin(), to.begin(),
                       [](float a, float b) { return a == 0.0F ? b : b + a; });
    }
}

}  // namespace

LayerMixer::LayerMixer(std::span<const LayerName> layers)
    : layers_(layers.begin(), layers.end()), work_(audio::kListenerChannels, kChunk) {
    if (layers.empty() || layers.size() > std::size_t{audio::kMaxLayers}) {
        throw std::invalid_argument("LayerMixer: 1 to 5 layers");
    }
}

void LayerMixer::start(const Standing& standing) noexcept {
    for (Layer& layer : layers_) {
        const LayerGains& gains = gains_of(*standing.state, layer.name);
        layer.outside.set(gains.outside);
        layer.inside.set(gains.inside);
    }
    for (std::size_t i = 0; i < standing.fade_count; ++i) {
        change(standing.fades[i].to, -standing.fades[i].elapsed);
    }
}

void LayerMixer::change(const Transition& to, Frames offset) noexcept {
    const Frames from_silence{to.sudden ? kShortestSuddenFromQuiet : kShortestFromQuiet};
    for (Layer& layer : layers_) {
        const LayerGains& gains = gains_of(*to.target, layer.name);
        const bool silent = stands_at(layer.outside, 0.0) && stands_at(layer.inside, 0.0);
        const Frames fade = std::clamp(to.fade, silent ? from_silence : Frames{kShortestFade},
                                       Frames{kLongestFade});
        if (layer.outside.target() != gains.outside) {
            layer.outside.move_to(gains.outside, fade, to.curve, offset);
        }
        if (layer.inside.target() != gains.inside) {
            layer.inside.move_to(gains.inside, fade, to.curve, offset);
        }
    }
}

void LayerMixer::mix_outside(audio::ConstBlockView in, audio::BlockView sum) noexcept {
    // A mix alone passes as it is, bit for bit.
    audio::copy(in.channels(0, audio::kListenerChannels), sum);
    layers_.front().outside.process(sum);
    for (std::size_t i = 1; i < layers_.size(); ++i) {
        (void)add_layer(in, i, layers_[i].outside, sum);
    }
}

bool LayerMixer::mix_inside(audio::ConstBlockView in, audio::BlockView sum) noexcept {
    audio::clear(sum);
    bool any = false;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        any = add_layer(in, i, layers_[i].inside, sum) || any;
    }
    return any;
}

bool LayerMixer::add_layer(audio::ConstBlockView in,
                           std::size_t index,
                           GainRamp& gain,
                           audio::BlockView sum) noexcept {
    if (stands_at(gain, 0.0)) {
        return false;
    }
    const audio::BlockView work = work_.view().part(0, in.frames());
    const int channel = audio::kListenerChannels * static_cast<int>(index);
    audio::copy(in.channels(channel, audio::kListenerChannels), work);
    gain.process(work);
    add(work, sum);
    return true;
}

bool LayerMixer::process(audio::ConstBlockView in,
                         audio::BlockView outside,
                         audio::BlockView inside) noexcept {
    bool any_inside = false;
    for (int done = 0; done < in.frames();) {
        const int count = std::min(kChunk, in.frames() - done);
        const audio::ConstBlockView part = in.part(done, count);
        mix_outside(part, outside.part(done, count));
        any_inside = mix_inside(part, inside.part(done, count)) || any_inside;
        done += count;
    }
    return any_inside;
}

}  // namespace earshot::dsp
