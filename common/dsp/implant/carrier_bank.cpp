#include "common/dsp/implant/carrier_bank.hpp"

#include "common/dsp/implant/position_hash.hpp"

namespace earshot::dsp {
namespace {

/// Factors of a step's frames, from the position alone.
void find_pulses(const PulsePlan& plan,
                 std::size_t count,
                 std::int64_t position,
                 LaneStep& out) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t phase =
            plan.step * (static_cast<std::uint64_t>(position) + static_cast<std::uint64_t>(i));
        static_assert(PulsePlan::kTable == 1U << 9U);
        const auto at = static_cast<std::size_t>(phase >> 55U);
        const auto between = static_cast<float>((phase >> 31U) & 0xFFFFFFU) * 0x1p-24F;
        const Lanes from = plan.factor[at];
        out[i] = from + splat(between) * (plan.factor[at + 1] - from);
    }
}

}  // namespace

void CarrierBank::reset() noexcept {
    groups_ = {};
    oscillators_.reset();
}

void CarrierBank::add_sine(const CarrierPlan& plan,
                           const LaneStep& amplitude,
                           std::size_t g,
                           std::size_t count) noexcept {
    OscillatorBank::State state = oscillators_.state(g);
    const Lanes cosine = plan.oscillators.turn_cosine.group[g];
    const Lanes sine = plan.oscillators.turn_sine.group[g];
    const Lanes gain = plan.sine_gain.group[g];
    for (std::size_t i = 0; i < count; ++i) {
        work_[i] += amplitude[i] * gain * state.sine;
        state.turn(cosine, sine);
    }
    oscillators_.state(g) = state;
}

void CarrierBank::add_noise(const CarrierPlan& plan,
                            const LaneStep& amplitude,
                            const Bits& bits,
                            std::size_t g,
                            std::size_t count) noexcept {
    const auto first_bit = static_cast<std::int32_t>(1U << (g * kLanes));
    const IntLanes mine{first_bit, first_bit << 1, first_bit << 2, first_bit << 3};
    constexpr auto kSign = static_cast<std::int32_t>(0x80000000U);
    const IntLanes sign{kSign, kSign, kSign, kSign};
    BandSection first = groups_[g].band[0];
    BandSection second = groups_[g].band[1];
    const BandPlan& bands = plan.noise_bands;
    const Lanes gain = bands.gain.group[g];
    const Lanes a11 = bands.a1[0].group[g];
    const Lanes a12 = bands.a2[0].group[g];
    const Lanes a21 = bands.a1[1].group[g];
    const Lanes a22 = bands.a2[1].group[g];
    for (std::size_t i = 0; i < count; ++i) {
        const IntLanes word{bits[i], bits[i], bits[i], bits[i]};
        const IntLanes negative = (word & mine) == mine;
        const Lanes noise =
            std::bit_cast<Lanes>(std::bit_cast<IntLanes>(amplitude[i] * gain) ^ (negative & sign));
        work_[i] += second.process(first.process(noise, a11, a12), a21, a22);
    }
    groups_[g].band = {first, second};
}

void CarrierBank::add_ring(const CarrierPlan& plan, std::size_t g, std::size_t count) noexcept {
    BandSection ring = groups_[g].ring;
    const Lanes dry = splat(plan.dry);
    const Lanes gain = plan.ring_gain.group[g];
    const Lanes a1 = plan.ring_a1.group[g];
    const Lanes a2 = plan.ring_a2.group[g];
    for (std::size_t i = 0; i < count; ++i) {
        work_[i] = work_[i] * dry + ring.process(work_[i] * gain, a1, a2);
    }
    groups_[g].ring = ring;
}

void CarrierBank::process(const CarrierPlan& plan,
                          const EnvelopeBank::Envelopes& amplitudes,
                          LaneStep& sum,
                          std::size_t ear,
                          std::size_t count,
                          std::int64_t position) noexcept {
    Bits bits{};
    if (plan.noise) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::int64_t frame = position + static_cast<std::int64_t>(i);
            bits[i] = static_cast<std::int32_t>(
                static_cast<std::uint32_t>(noise_bits(plan.noise_seed[ear], frame)));
        }
    }
    LaneStep pulses;
    if (plan.pulses.on) {
        find_pulses(plan.pulses, count, position, pulses);
    }
    if (plan.sine) {
        oscillators_.begin_step(plan.oscillators, ear, position, count);
    }
    const bool cleans = ((position + static_cast<std::int64_t>(count)) &
                         static_cast<std::int64_t>(EnvelopeBank::kLevelStep - 1)) == 0;
    for (std::size_t g = 0; g < plan.groups; ++g) {
        work_ = {};
        if (plan.sine) {
            add_sine(plan, amplitudes[g], g, count);
        }
        if (plan.noise) {
            add_noise(plan, amplitudes[g], bits, g, count);
        }
        if (plan.pulses.on) {
            for (std::size_t i = 0; i < count; ++i) {
                work_[i] *= pulses[i];
            }
        }
        if (plan.ring) {
            add_ring(plan, g, count);
        }
        for (std::size_t i = 0; i < count; ++i) {
            sum[i] += work_[i];
        }
        if (cleans) {
            groups_[g].band[0].settle();
            groups_[g].band[1].settle();
            groups_[g].ring.settle();
        }
    }
}

}  // namespace earshot::dsp
