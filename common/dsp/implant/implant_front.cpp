#include "common/dsp/implant/implant_front.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

constexpr float kLoudest = 8.0F;
constexpr float kResidue = 1e-15F;

/// Within +-kLoudest; 0 for what is no number, and for what is under -600 dB.
float tamed(float sample) noexcept {
    return std::abs(sample) > 1e-30F ? std::clamp(sample, -kLoudest, kLoudest) : 0.0F;
}

}  // namespace

void ImplantFront::reset() noexcept {
    ears_ = {};
    written_ = 0;
}

void ImplantFront::compress(const ImplantFrontPlan& plan,
                            Ear& ear,
                            std::array<float, kImplantStep>& inout,
                            std::size_t count,
                            bool step_begins) noexcept {
    if (step_begins) {
        // 3:1 over the knee: the level's excess in dB is brought to a third.
        constexpr float kSlope = -2.0F / 3.0F;
        ear.gain = ear.gain_target;
        ear.gain_target = ear.level > plan.knee ? std::pow(ear.level / plan.knee, kSlope) : 1.0F;
        ear.gain_step = (ear.gain_target - ear.gain) / static_cast<float>(kImplantStep);
    }
    float level = ear.level;
    float gain = ear.gain;
    for (std::size_t i = 0; i < count; ++i) {
        const float distance = std::abs(inout[i]) - level;
        level += (distance > 0.0F ? plan.attack : plan.release) * distance;
        inout[i] *= gain;
        gain += ear.gain_step;
    }
    ear.level = level;
    ear.gain = gain;
}

void ImplantFront::process(const ImplantFrontPlan& plan,
                           audio::ConstBlockView in,
                           Step& out,
                           std::int64_t position) noexcept {
    const auto left = in.channel(0);
    const auto right = in.channel(1);
    const std::size_t count = left.size();
    constexpr std::uint32_t kMask = kRing - 1;
    for (std::size_t i = 0; i < count; ++i) {
        const float l = tamed(left[i]);
        const float r = tamed(right[i]);
        const std::uint32_t at = written_ + static_cast<std::uint32_t>(i);
        ears_[0].ring[at & kMask] = plan.same * l + plan.other * r;
        ears_[1].ring[at & kMask] = plan.same * r + plan.other * l;
    }
    constexpr auto kStep = static_cast<std::int64_t>(kImplantStep);
    const bool step_begins = position % kStep == 0;
    for (std::size_t e = 0; e < out.size(); ++e) {
        Ear& ear = ears_[e];
        const std::uint32_t first = written_ - static_cast<std::uint32_t>(plan.delay);
        for (std::size_t i = 0; i < count; ++i) {
            out[e][i] = ear.ring[(first + static_cast<std::uint32_t>(i)) & kMask];
        }
        if (plan.emphasise) {
            float x1 = ear.emphasis_in;
            float y = ear.emphasis_out;
            for (std::size_t i = 0; i < count; ++i) {
                const float x = out[e][i];
                y = plan.emphasis_b * (x - x1) + plan.emphasis_a * y;
                x1 = x;
                out[e][i] = y;
            }
            ear.emphasis_in = x1;
            ear.emphasis_out = y;
        }
        if (plan.compress) {
            compress(plan, ear, out[e], count, step_begins);
        }
        if ((position + static_cast<std::int64_t>(count)) % kStep == 0) {
            ear.level = ear.level > kResidue ? ear.level : 0.0F;
            ear.emphasis_out = std::abs(ear.emphasis_out) > kResidue ? ear.emphasis_out : 0.0F;
        }
    }
    written_ += static_cast<std::uint32_t>(count);
}

}  // namespace earshot::dsp
