#include "common/dsp/implant/oscillator_bank.hpp"

#include "common/base/time.hpp"

#include <cmath>
#include <numbers>

namespace earshot::dsp {
namespace {

/// sin(2 pi cycles), |cycles| <= 1/2, by Taylor's series to x^11 on a quarter turn (error < 1e-7).
Lanes sine_of(Lanes cycles) noexcept {
    // Beyond a quarter turn the sine comes back: sin(2 pi c) = sin(2 pi (1/2 - c)).
    const IntLanes high = cycles > splat(0.25F);
    const IntLanes low = cycles < splat(-0.25F);
    const auto pick = [](IntLanes where, Lanes value) {
        return std::bit_cast<Lanes>(std::bit_cast<IntLanes>(value) & where);
    };
    const Lanes folded = pick(~(high | low), cycles) + pick(high, splat(0.5F) - cycles) +
                         pick(low, splat(-0.5F) - cycles);
    const Lanes x = folded * splat(2.0F * std::numbers::pi_v<float>);
    const Lanes square = x * x;
    Lanes sum = splat(-1.0F / 39'916'800.0F);
    sum = sum * square + splat(1.0F / 362'880.0F);
    sum = sum * square + splat(-1.0F / 5'040.0F);
    sum = sum * square + splat(1.0F / 120.0F);
    sum = sum * square + splat(-1.0F / 6.0F);
    return x + x * square * sum;
}

/// Phases in units of 2^-32 cycles as cycles in [-1/2, 1/2).
Lanes cycles_of(IntLanes phase) noexcept {
    return __builtin_convertvector(phase, Lanes) * splat(0x1p-32F);
}

}  // namespace

void OscillatorPlan::set(std::size_t carrier,
                         double frequency_hz,
                         const std::array<std::uint64_t, 2>& start_phases) noexcept {
    const double cycles = frequency_hz / kSampleRateHz;
    step[carrier] = static_cast<std::uint64_t>(std::ldexp(cycles, 64));
    start[0][carrier] = start_phases[0];
    start[1][carrier] = start_phases[1];
    turn_cosine.set(carrier, std::cos(2.0 * std::numbers::pi * cycles));
    turn_sine.set(carrier, std::sin(2.0 * std::numbers::pi * cycles));
}

void OscillatorBank::set_to(const OscillatorPlan& plan,
                            std::size_t ear,
                            std::int64_t position) noexcept {
    for (std::size_t g = 0; g < plan.groups; ++g) {
        IntLanes phase{};
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const std::size_t carrier = g * kLanes + lane;
            const std::uint64_t turned = plan.start[ear][carrier] +
                                         plan.step[carrier] * static_cast<std::uint64_t>(position);
            phase[lane] = static_cast<std::int32_t>(static_cast<std::uint32_t>(turned >> 32U));
        }
        constexpr std::int32_t kQuarter = 1 << 30;
        const IntLanes quarter{kQuarter, kQuarter, kQuarter, kQuarter};
        using Unsigned = std::uint32_t __attribute__((vector_size(16)));
        const auto ahead = std::bit_cast<IntLanes>(std::bit_cast<Unsigned>(phase) +
                                                   std::bit_cast<Unsigned>(quarter));
        states_[g] = {sine_of(cycles_of(phase)), sine_of(cycles_of(ahead))};
    }
}

void OscillatorBank::begin_step(const OscillatorPlan& plan,
                                std::size_t ear,
                                std::int64_t position,
                                std::size_t count) noexcept {
    const std::int64_t base = position & ~(kPeriod - 1);
    const bool continues = known_ && position == next_;
    known_ = true;
    next_ = position + static_cast<std::int64_t>(count);
    if (continues && base != position) {
        return;
    }
    set_to(plan, ear, base);
    for (std::int64_t i = base; i < position; ++i) {
        for (std::size_t g = 0; g < plan.groups; ++g) {
            states_[g].turn(plan.turn_cosine.group[g], plan.turn_sine.group[g]);
        }
    }
}

}  // namespace earshot::dsp
