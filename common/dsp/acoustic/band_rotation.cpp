#include "common/dsp/acoustic/band_rotation.hpp"

#include "common/base/time.hpp"
#include "common/dsp/acoustic/phase_noise.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

constexpr double kCycle64 = 0x1p64;
constexpr float kOf32 = 0x1p-32F;
/// What an offset loses in a step: half a cycle in a second.
constexpr auto kSlew = static_cast<std::int64_t>(0.5 * kStep / kSampleRateHz * kCycle64);

/// The cycles, -0.5 to 0.5, of a phase in 2^-64ths.
float cycles(std::uint64_t phase) noexcept {
    return static_cast<float>(static_cast<std::int32_t>(phase >> 32U)) * kOf32;
}

}  // namespace

BandRotation::BandRotation(const GammatoneBank& bank, std::uint64_t seed)
    : bank_(bank), seed_(seed) {
    for (std::size_t k = 0; k < kBands; ++k) {
        rate_[k] = band_hz(k) / kSampleRateHz * kCycle64;
    }
}

void BandRotation::set(const AcousticEarParameters& now) noexcept {
    for (std::size_t k = 0; k < kBands; ++k) {
        if (now.cents[k] != cents_[k]) {
            cents_[k] = now.cents[k];
            const double ratio = std::exp2(static_cast<double>(cents_[k]) / 1'200.0);
            next_[k] = static_cast<std::int64_t>(rate_[k] * (ratio - 1.0));
        }
    }
}

BandRotation::Cycles BandRotation::shift(std::size_t group, std::int64_t position) noexcept {
    Cycles result{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::size_t k = group * kLanes + lane;
        if (next_[k] == 0 && current_[k] == 0 && offset_[k] == 0) {
            continue;
        }
        const auto at = static_cast<std::uint64_t>(position);
        const std::int64_t before = fresh_ ? next_[k] : current_[k];
        offset_[k] += static_cast<std::uint64_t>(before - next_[k]) * at;
        current_[k] = next_[k];
        const auto apart = static_cast<std::int64_t>(offset_[k]);
        const std::int64_t slew = std::clamp(apart, -kSlew, kSlew);
        const auto start = static_cast<std::uint64_t>(current_[k]) * at + offset_[k];
        offset_[k] -= static_cast<std::uint64_t>(slew);
        result.start[lane] = cycles(start);
        const double turned = kStep * static_cast<double>(current_[k]) - static_cast<double>(slew);
        result.by[lane] = static_cast<float>(turned / kCycle64);
        result.any = true;
    }
    return result;
}

void BandRotation::blur_at(const AcousticEarParameters& now,
                           std::int64_t position,
                           BlurLanes& cycles) const noexcept {
    phase_noise(seed_, now.fine_structure_log2_hz, position, cycles);
    for (Lanes& four : cycles) {
        four *= 0.5F * now.fine_structure;
    }
    for (std::size_t k = kBlurredBands; k < kBlurredGroups * kLanes; ++k) {
        cycles[k / kLanes][k % kLanes] = 0.0F;
    }
}

void BandRotation::blur(const AcousticEarParameters& now, std::int64_t position) noexcept {
    blurs_ = now.fine_structure > 0.0F || (blurred_ && !fresh_);
    if (!blurs_) {
        return;
    }
    if (fresh_) {
        blur_at(now, position, blur_start_);
    } else {
        blur_start_ = blurred_ ? blur_end_ : BlurLanes{};
    }
    blur_at(now, position + kStep, blur_end_);
    blurred_ = now.fine_structure > 0.0F;
}

void BandRotation::begin_step(const AcousticEarParameters& now, std::int64_t position) noexcept {
    blur(now, position);
    for (std::size_t group = 0; group < kGroups; ++group) {
        Cycles cycles = shift(group, position);
        if (blurs_ && group < kBlurredGroups) {
            cycles.start += blur_start_[group];
            cycles.by += blur_end_[group] - blur_start_[group];
            cycles.any = true;
        }
        turns_[group] = cycles.any;
        if (!cycles.any) {
            continue;
        }
        // The projection turns against the band: Re{z e^(j psi)} = z . e^(-j psi).
        const UnitLanes start = unit(-cycles.start);
        const Lanes re = lanes_of(bank_.project_re, group);
        const Lanes im = lanes_of(bank_.project_im, group);
        turn_[group].now = {re * start.re - im * start.im, re * start.im + im * start.re};
        turn_[group].by = unit(cycles.by * (-1.0F / float{kStep}));
    }
    fresh_ = false;
}

void BandRotation::skip(std::size_t frames) noexcept {
    for (std::size_t group = 0; group < kGroups; ++group) {
        for (std::size_t i = 0; i < frames; ++i) {
            turn_[group].advance();
        }
    }
}

void BandRotation::reset() noexcept {
    current_ = {};
    offset_ = {};
    fresh_ = true;
    blurred_ = false;
}

}  // namespace earshot::dsp
