#include "common/audio/downmix.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace earshot::audio {
namespace {

constexpr float kMinus3Db = 0.70710678F;

bool has(std::span<const Speaker> layout, Speaker speaker) {
    return std::find(layout.begin(), layout.end(), speaker) != layout.end();
}

Downmix::Gains gains_of(Speaker speaker, float surround) {
    switch (speaker) {
        case Speaker::mono:
            return {1.0F, 1.0F};
        case Speaker::left:
            return {1.0F, 0.0F};
        case Speaker::right:
            return {0.0F, 1.0F};
        case Speaker::centre:
            return {kMinus3Db, kMinus3Db};
        case Speaker::side_left:
        case Speaker::back_left:
            return {surround, 0.0F};
        case Speaker::side_right:
        case Speaker::back_right:
            return {0.0F, surround};
        case Speaker::back_centre:
            return {0.5F, 0.5F};
        case Speaker::lfe:
        case Speaker::unknown:
            break;
    }
    return {};
}

}  // namespace

std::vector<Speaker> default_layout(int channels) {
    using enum Speaker;
    switch (channels) {
        case 1:
            return {mono};
        case 2:
            return {left, right};
        case 3:
            return {left, right, centre};
        case 4:
            return {left, right, back_left, back_right};
        case 5:
            return {left, right, centre, back_left, back_right};
        case 6:
            return {left, right, centre, lfe, back_left, back_right};
        case 7:
            return {left, right, centre, lfe, back_centre, side_left, side_right};
        case 8:
            return {left, right, centre, lfe, back_left, back_right, side_left, side_right};
        default:
            throw std::invalid_argument("a layout has 1 to 8 channels");
    }
}

std::string layout_name(std::span<const Speaker> layout) {
    const bool lfe = has(layout, Speaker::lfe);
    switch (layout.size()) {
        case 1:
            return "mono";
        case 2:
            return "stereo";
        case 4:
            return has(layout, Speaker::back_left) && !lfe ? "quad" : "4 channels";
        case 5:
            return lfe ? "5 channels" : "5.0";
        case 6:
            return lfe ? "5.1" : "6 channels";
        case 7:
            return lfe ? "6.1" : "7 channels";
        case 8:
            return lfe ? "7.1" : "8 channels";
        default:
            return std::to_string(layout.size()) + " channels";
    }
}

Downmix::Downmix(std::span<const Speaker> layout) : channels_(static_cast<int>(layout.size())) {
    if (layout.empty() || layout.size() > std::size_t{kMaxChannels}) {
        throw std::invalid_argument("Downmix: 1 to 8 channels");
    }
    const bool two_pairs = has(layout, Speaker::side_left) && has(layout, Speaker::back_left);
    bool silent = true;
    for (std::size_t c = 0; c < layout.size(); ++c) {
        gains_[c] = gains_of(layout[c], two_pairs ? 0.5F : kMinus3Db);
        silent = silent && gains_[c].left == 0.0F && gains_[c].right == 0.0F;
    }
    if (silent) {  // Nothing says where anything belongs: the first two channels are left and
                   // right.
        gains_[0] = layout.size() == 1 ? Gains{1.0F, 1.0F} : Gains{1.0F, 0.0F};
        if (layout.size() > 1) {
            gains_[1] = {0.0F, 1.0F};
        }
    }
}

void Downmix::process(std::span<const float> in, BlockView out) const noexcept {
    const auto channels = static_cast<std::size_t>(channels_);
    EARSHOT_ASSERT(out.channels() == kListenerChannels &&
                   in.size() == channels * static_cast<std::size_t>(out.frames()));
    clear(out);
    const std::span<float> left = out.channel(0);
    const std::span<float> right = out.channel(1);
    for (std::size_t c = 0; c < channels; ++c) {
        const auto [to_left, to_right] = gains_[c];
        const auto add = [&](std::span<float> to, float gain) {
            if (gain == 0.0F) {
                return;
            }
            for (std::size_t n = 0; n < to.size(); ++n) {
                to[n] += in[n * channels + c] * gain;
            }
        };
        add(left, to_left);
        add(right, to_right);
    }
}

Downmix::Gains Downmix::gains(int channel) const noexcept {
    EARSHOT_ASSERT(channel >= 0 && channel < channels_);
    return gains_[static_cast<std::size_t>(channel)];
}

}  // namespace earshot::audio
