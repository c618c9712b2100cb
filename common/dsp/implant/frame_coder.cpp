#include "common/dsp/implant/frame_coder.hpp"

#include "common/base/time.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

std::int64_t floor_quotient(std::int64_t number, std::int64_t by) noexcept {
    return number / by - (number % by < 0 ? 1 : 0);
}
/// First programme position of the stimulation frame after the one that holds `position`.
std::int64_t next_frame(std::int64_t position, std::int64_t rate) noexcept {
    const std::int64_t frame = floor_quotient(position * rate, kSampleRateHz);
    return -floor_quotient(-(frame + 1) * kSampleRateHz, rate);
}

}  // namespace

void FrameCoder::reset() noexcept {
    *this = {};
}

void FrameCoder::process(const FrameCoderPlan& plan,
                         EnvelopeBank::Envelopes& inout,
                         std::size_t count,
                         std::int64_t position) noexcept {
    // A frame that begins at the position itself is the one after the position before.
    std::int64_t begin = next_frame(position - 1, plan.frame_rate);
    for (std::size_t i = 0; i < count; ++i) {
        if (position + static_cast<std::int64_t>(i) == begin) {
            Levels levels{};
            for (std::size_t channel = 0; channel < plan.channels; ++channel) {
                levels[channel] = inout[channel / kLanes][i][channel % kLanes];
            }
            const std::int64_t end = next_frame(begin, plan.frame_rate);
            begin_frame(plan, levels, end - begin);
            begin = end;
        }
        for (std::size_t g = 0; g < plan.groups; ++g) {
            inout[g][i] = amplitude_[g];
            amplitude_[g] += step_[g];
        }
    }
}

void FrameCoder::select(const FrameCoderPlan& plan, const Levels& levels) noexcept {
    stimulated_ = 0;
    for (std::size_t n = 0; n < plan.selected; ++n) {
        std::size_t loudest = plan.channels;
        for (std::size_t channel = 0; channel < plan.channels; ++channel) {
            const bool open =
                ((stimulated_ >> channel) & 1U) == 0 && levels[channel] >= plan.threshold;
            if (open && (loudest == plan.channels || levels[channel] > levels[loudest])) {
                loudest = channel;
            }
        }
        if (loudest == plan.channels) {
            return;
        }
        stimulated_ |= 1U << loudest;
    }
}

float FrameCoder::coded(const FrameCoderPlan& plan, float level) noexcept {
    const float scale = std::log1p(kGrowth);
    const float range = plan.comfort - plan.threshold;
    const float inside = std::min((level - plan.threshold) / range, 1.0F);
    float loudness = std::log1p(kGrowth * inside) / scale;
    if (plan.steps > 1) {
        const auto steps = static_cast<float>(plan.steps - 1);
        loudness = std::floor(loudness * steps + 0.5F) / steps;
    }
    return plan.threshold + range * std::expm1(loudness * scale) / kGrowth;
}

void FrameCoder::begin_frame(const FrameCoderPlan& plan,
                             const Levels& levels,
                             std::int64_t frames) noexcept {
    select(plan, levels);
    std::array<Lanes, kChannelGroups> power{};
    for (std::size_t channel = 0; channel < plan.channels; ++channel) {
        if (((stimulated_ >> channel) & 1U) == 0) {
            continue;
        }
        const float level = coded(plan, levels[channel]);
        for (std::size_t g = 0; g < plan.groups; ++g) {
            power[g] += splat(level * level) * plan.spread[channel].group[g];
        }
    }
    const Lanes per_frame = splat(1.0F / static_cast<float>(frames));
    for (std::size_t g = 0; g < plan.groups; ++g) {
        amplitude_[g] = target_[g];
        target_[g] = sqrt(power[g]);
        step_[g] = (target_[g] - amplitude_[g]) * per_frame;
    }
}

}  // namespace earshot::dsp
