#include "common/dsp/implant/envelope_bank.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

/// Units of a power sum in a whole number: -126 dBFS rms over a level step; the largest sum of a
/// window is far below 2^63 (samples are within +-8 and no filter here doubles them).
constexpr float kUnits = 0x1p38F;
constexpr float kMostPower = 0x1p16F;

std::int64_t whole(float power) noexcept {
    return static_cast<std::int64_t>(std::min(power, kMostPower) * kUnits);
}

}  // namespace

void EnvelopeBank::reset() noexcept {
    groups_ = {};
    windows_ = {};
    slot_ = 0;
    for (Group& group : groups_) {
        group.factor = group.factor_target = splat(kSineFactor);
    }
}

void EnvelopeBank::process(const EnvelopePlan& plan,
                           std::span<const float> in,
                           Envelopes& out,
                           std::int64_t position) noexcept {
    const Lanes low_b0 = splat(plan.low_pass_b0);
    const Lanes low_a1 = splat(plan.low_pass_a1);
    const Lanes low_a2 = splat(plan.low_pass_a2);
    for (std::size_t g = 0; g < plan.groups; ++g) {
        Group& group = groups_[g];
        BandSection first = group.band[0];
        BandSection second = group.band[1];
        LowPassSection low_pass = group.low_pass;
        Lanes band_power = group.band_power;
        Lanes envelope_power = group.envelope_power;
        Lanes factor = group.factor;
        const Lanes gain = plan.bands.gain.group[g];
        const Lanes a11 = plan.bands.a1[0].group[g];
        const Lanes a12 = plan.bands.a2[0].group[g];
        const Lanes a21 = plan.bands.a1[1].group[g];
        const Lanes a22 = plan.bands.a2[1].group[g];
        for (std::size_t i = 0; i < in.size(); ++i) {
            const Lanes once = first.process(splat(in[i]) * gain, a11, a12);
            const Lanes band = second.process(once, a21, a22);
            const Lanes smooth = low_pass.process(positive_part(band) * low_b0, low_a1, low_a2);
            const Lanes envelope = positive_part(smooth);
            band_power += band * band;
            envelope_power += envelope * envelope;
            out[g][i] = envelope * factor;
            factor += group.factor_step;
        }
        group.band = {first, second};
        group.low_pass = low_pass;
        group.band_power = band_power;
        group.envelope_power = envelope_power;
        group.factor = factor;
    }
    const std::int64_t end = position + static_cast<std::int64_t>(in.size());
    if (end % static_cast<std::int64_t>(kLevelStep) == 0) {
        end_level_step(plan);
    }
}

float EnvelopeBank::updated_factor(Window& window,
                                   float band_power,
                                   float envelope_power,
                                   std::size_t slot,
                                   std::size_t lag) noexcept {
    constexpr std::size_t kMask = kSlots - 1;
    window.envelope_sum -= window.envelope[(slot - kWindow) & kMask];
    window.envelope[slot & kMask] = whole(envelope_power);
    window.envelope_sum += window.envelope[slot & kMask];
    window.band_sum -= window.band[(slot - lag - kWindow) & kMask];
    window.band[slot & kMask] = whole(band_power);
    window.band_sum += window.band[(slot - lag) & kMask];
    // As if a sine of -100 dBFS had always been there: silence gives its factor.
    constexpr float kFloor = 1e-10F * static_cast<float>(kLevelStep * kWindow) * kUnits;
    const float ratio = (static_cast<float>(window.band_sum) + kFloor * kSineFactor * kSineFactor) /
                        (static_cast<float>(window.envelope_sum) + kFloor);
    // Half of the ratio in dB: all of it makes the peaks of slow envelopes follow the form of the
    // sound (a correlation of 0.91 with those of the input in place of 0.97), none leaves the
    // pulses of a low voice 12 dB down in high channels.
    const float half = std::sqrt(std::sqrt(ratio) / kSineFactor);
    return kSineFactor * std::clamp(half, 0.7F, 2.0F);
}

void EnvelopeBank::end_level_step(const EnvelopePlan& plan) noexcept {
    for (std::size_t g = 0; g < plan.groups; ++g) {
        Group& group = groups_[g];
        group.factor = group.factor_target;
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            group.factor_target[lane] =
                updated_factor(windows_[g * kLanes + lane], group.band_power[lane],
                               group.envelope_power[lane], slot_, plan.lag_steps);
        }
        group.factor_step =
            (group.factor_target - group.factor) * splat(1.0F / static_cast<float>(kLevelStep));
        group.band_power = group.envelope_power = Lanes{};
        for (BandSection& section : group.band) {
            section.settle();
        }
        group.low_pass.settle();
    }
    ++slot_;
}

}  // namespace earshot::dsp
