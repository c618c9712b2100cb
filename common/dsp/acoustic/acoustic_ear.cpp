#include "common/dsp/acoustic/acoustic_ear.hpp"

#include "common/base/assert.hpp"
#include "common/dsp/control_grid.hpp"

#include <algorithm>

namespace earshot::dsp {
namespace {

static_assert(kControlPeriod == 2 * kStep, "a control period has a middle and an end");

/// Keeps filters and detectors out of the denormals when there is silence: -280 dBFS.
constexpr float kSomething = 1e-14F;
/// What is so small is silence: -260 dBFS, above all that kSomething becomes.
constexpr float kSilence = 1e-13F;
/// Far above full scale, far below what overflows when squared.
constexpr float kMostSample = 64.0F;

float tamed(float sample) noexcept {
    // The comparisons let a NaN through to none of the values but 0.
    const float bounded = sample > kMostSample ? kMostSample : sample;
    return (bounded >= -kMostSample ? bounded : (sample < 0.0F ? -kMostSample : 0.0F)) + kSomething;
}

float audible(float sample) noexcept {
    return sample > kSilence || sample < -kSilence ? sample : 0.0F;
}

/// Share of the way from a step's first gain to its last at each of its frames.
constexpr std::array<Lanes, kStep / kLanes> kRamp = {{
    {0.0F / kStep, 1.0F / kStep, 2.0F / kStep, 3.0F / kStep},
    {4.0F / kStep, 5.0F / kStep, 6.0F / kStep, 7.0F / kStep},
    {8.0F / kStep, 9.0F / kStep, 10.0F / kStep, 11.0F / kStep},
    {12.0F / kStep, 13.0F / kStep, 14.0F / kStep, 15.0F / kStep},
}};

std::size_t step_place(std::int64_t position) noexcept {
    return static_cast<std::size_t>(position & (kStep - 1));
}

}  // namespace

AcousticEar::AcousticEar(const GammatoneBank& bank, std::uint64_t seed)
    : bank_(bank), gains_(bank), rotation_(bank, seed), rows_(kBandSlots * kRow) {}

void AcousticEar::set(const AcousticEarParameters& parameters) noexcept {
    next_ = parameters;
    pending_ = true;
}

void AcousticEar::reset() noexcept {
    gains_.reset();
    rotation_.reset();
    filters_ = {};
    envelope_ = {};
    std::fill(rows_.begin(), rows_.end(), 0.0F);
    pending_ = true;
    gliding_ = false;
    fresh_ = true;
}

void AcousticEar::begin_step(std::int64_t step_start) noexcept {
    const bool at_control_point = (step_start & (kControlPeriod - 1)) == 0;
    bool changed = false;
    if (fresh_) {
        now_ = from_ = to_ = next_;
        pending_ = false;
        changed = true;
    } else if (at_control_point && pending_) {
        from_ = to_;
        to_ = next_;
        pending_ = false;
        gliding_ = true;
        now_ = midway(from_, to_);
        changed = true;
    } else if (gliding_) {
        now_ = to_;
        gliding_ = false;
        changed = true;
    }
    if (changed) {
        gains_.set(now_);
        rotation_.set(now_);
    }
    gain_from_ = gain_to_;
    gains_.evaluate(now_, envelope_, gain_to_);
    if (fresh_) {
        gain_from_ = gain_to_;
    }
    rotation_.begin_step(now_, step_start);
}

void AcousticEar::analyse(std::size_t group, std::span<const float> in, std::size_t at) noexcept {
    const Lanes pr = lanes_of(bank_.pole_re, group);
    const Lanes pi = lanes_of(bank_.pole_im, group);
    const Lanes gain = lanes_of(bank_.input_gain, group);
    const Lanes share = lanes_of(bank_.detector, group);
    Group filter = filters_[group];
    Lanes envelope = envelope_[group];
    std::array<Lanes, kStep> bands{};
    const auto filtered = [&](float sample) noexcept {
        Lanes re = gain * sample + (pr * filter.re[0] - pi * filter.im[0]);
        Lanes im = pr * filter.im[0] + pi * filter.re[0];
        filter.re[0] = re;
        filter.im[0] = im;
        for (std::size_t pole = 1; pole < kPoles; ++pole) {
            re += pr * filter.re[pole] - pi * filter.im[pole];
            im += pr * filter.im[pole] + pi * filter.re[pole];
            filter.re[pole] = re;
            filter.im[pole] = im;
        }
        envelope += share * (sqrt(re * re + im * im) - envelope);
        return UnitLanes{re, im};
    };
    if (rotation_.turns(group)) {
        BandRotation::Turn turn = rotation_.turn(group);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const UnitLanes z = filtered(in[i]);
            bands[i] = z.re * turn.now.re + z.im * turn.now.im;
            turn.advance();
        }
        rotation_.turn(group) = turn;
    } else {
        const Lanes re = lanes_of(bank_.project_re, group);
        const Lanes im = lanes_of(bank_.project_im, group);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const UnitLanes z = filtered(in[i]);
            bands[i] = z.re * re + z.im * im;
        }
    }
    filters_[group] = filter;
    envelope_[group] = envelope;
    store(group, std::span{bands}.first(in.size()), at);
}

void AcousticEar::store(std::size_t group, std::span<const Lanes> bands, std::size_t at) noexcept {
    float* const rows = rows_.data() + group * kLanes * kRow + at;
    std::size_t i = 0;
    for (; i + kLanes <= bands.size(); i += kLanes) {
        // Four bands of four frames, turned over.
        const Lanes a = __builtin_shufflevector(bands[i], bands[i + 1], 0, 4, 1, 5);
        const Lanes b = __builtin_shufflevector(bands[i], bands[i + 1], 2, 6, 3, 7);
        const Lanes c = __builtin_shufflevector(bands[i + 2], bands[i + 3], 0, 4, 1, 5);
        const Lanes d = __builtin_shufflevector(bands[i + 2], bands[i + 3], 2, 6, 3, 7);
        store_lanes(__builtin_shufflevector(a, c, 0, 1, 4, 5), rows + i);
        store_lanes(__builtin_shufflevector(a, c, 2, 3, 6, 7), rows + kRow + i);
        store_lanes(__builtin_shufflevector(b, d, 0, 1, 4, 5), rows + 2 * kRow + i);
        store_lanes(__builtin_shufflevector(b, d, 2, 3, 6, 7), rows + 3 * kRow + i);
    }
    for (; i < bands.size(); ++i) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            rows[lane * kRow + i] = bands[i][lane];
        }
    }
    if (at < kStep) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            std::copy_n(rows + lane * kRow, bands.size(), rows + lane * kRow + kRing);
        }
    }
}

void AcousticEar::sum(std::span<float> out, int first, std::int64_t position) const noexcept {
    std::array<Lanes, kRamp.size()> total{};
    for (std::size_t k = 0; k < kBands; ++k) {
        const float from = gain_from_[k / kLanes][k % kLanes];
        const float rise = gain_to_[k / kLanes][k % kLanes] - from;
        const auto at = static_cast<std::size_t>(position - first - bank_.delay[k]) & (kRing - 1);
        const float* const row = rows_.data() + k * kRow + at;
        for (std::size_t i = 0; i < total.size(); ++i) {
            total[i] += (from + rise * kRamp[i]) * load_lanes(row + i * kLanes);
        }
    }
    std::array<float, kStep> frames{};
    std::memcpy(frames.data(), total.data(), sizeof frames);
    std::transform(frames.begin() + first, frames.begin() + first + static_cast<int>(out.size()),
                   out.begin(), audible);
}

void AcousticEar::process(std::span<float> inout, std::int64_t position) noexcept {
    const std::size_t first = step_place(position);
    EARSHOT_ASSERT(first + inout.size() <= kStep);
    if (first == 0 || fresh_) {
        begin_step(position - static_cast<std::int64_t>(first));
        if (fresh_) {
            rotation_.skip(first);
            fresh_ = false;
        }
    }
    std::array<float, kStep> in{};
    std::transform(inout.begin(), inout.end(), in.begin(), tamed);
    const auto frames = std::span<const float>{in}.first(inout.size());
    const std::size_t at = static_cast<std::size_t>(position) & (kRing - 1);
    for (std::size_t group = 0; group < kGroups; ++group) {
        analyse(group, frames, at);
    }
    sum(inout, static_cast<int>(first), position);
}

}  // namespace earshot::dsp
