#include "common/dsp/overlay/tinnitus.hpp"

#include "common/base/time.hpp"
#include "common/dsp/overlay/filter_power.hpp"
#include "common/dsp/overlay/position_noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::dsp {
namespace {

constexpr double kWanderHz = 0.3;
constexpr double kWanderShare = 0.002;
constexpr std::int64_t kLongestWarming = 24'000;

/// Cycles that a frequency's wander has added to its phase.
double wander_cycles(double hz, double phase, std::int64_t position) noexcept {
    const double cycles = kWanderHz / kSampleRateHz * static_cast<double>(position) + phase;
    return -hz * kWanderShare / (2.0 * std::numbers::pi * kWanderHz) *
           std::cos(2.0 * std::numbers::pi * (cycles - std::floor(cycles)));
}

double unit(std::uint64_t bits) noexcept {
    return static_cast<double>(bits >> 11U) / 9007199254740992.0;
}

}  // namespace

Tinnitus::Tinnitus(const std::array<std::uint64_t, audio::kListenerChannels>& seeds) noexcept {
    for (std::size_t e = 0; e < ears_.size(); ++e) {
        ears_[e].seed = seeds[e];
        ears_[e].phase = unit(position_hash(~seeds[e], 0));
        ears_[e].wander_phase = unit(position_hash(~seeds[e], 1));
    }
    reset();
}

void Tinnitus::reset() noexcept {
    fresh_ = true;
    narrow_on_ = broad_on_ = false;
}

void Tinnitus::take_filters() noexcept {
    narrowest_hz_ = lowest_hz_ = 20'000.0;
    for (std::size_t e = 0; e < ears_.size(); ++e) {
        const TinnitusParameters::Ear& ear = wanted_.ears[e];
        const double hz = std::exp(ear.log_frequency);
        const double half = 0.5 * tinnitus_bandwidth_hz(hz, ear.bandwidth_octaves);
        const auto low = BiquadCoefficients::low_pass(half, butterworth_q(2, 0));
        const auto high = BiquadCoefficients::high_pass(hz, butterworth_q(2, 0));
        narrow_to_[2 * e] = narrow_to_[2 * e + 1] = low;
        broad_to_[e] = high;
        // Of the pair in quadrature, each half the time: one noise's power in all.
        narrow_scale_[e] = 1.0 / std::sqrt(kNoiseVariance * white_noise_power(low));
        broad_scale_[e] = 1.0 / std::sqrt(kNoiseVariance * white_noise_power(high));
        narrowest_hz_ = std::min(narrowest_hz_, half);
        lowest_hz_ = std::min(lowest_hz_, hz);
    }
}

Tinnitus::Point Tinnitus::point_at(std::size_t e, std::int64_t grid) const noexcept {
    const TinnitusParameters::Ear& ear = wanted_.ears[e];
    const double whole =
        std::sqrt(ear.tone * ear.tone + ear.narrow * ear.narrow + ear.broad * ear.broad);
    const double amplitude = whole > 0.0 ? ear.level.amplitude() * gain_[e] / whole : 0.0;
    Point point;
    point.hz = std::exp(ear.log_frequency);
    point.tone = amplitude * ear.tone * std::numbers::sqrt2;
    point.narrow = amplitude * ear.narrow * narrow_scale_[e];
    point.broad = amplitude * ear.broad * broad_scale_[e];
    point.wander = wander_cycles(point.hz, ears_[e].wander_phase, grid);
    return point;
}

void Tinnitus::begin_period(std::int64_t now, std::int64_t grid) noexcept {
    const bool same = !fresh_ && wanted_ == taken_ && gain_ == gain_taken_;
    if (fresh_ || !(wanted_ == taken_)) {
        take_filters();
    }
    taken_ = wanted_;
    gain_taken_ = gain_;
    bool narrow = false;
    bool broad = false;
    for (std::size_t e = 0; e < ears_.size(); ++e) {
        Ear& ear = ears_[e];
        if (fresh_) {
            ear.from = point_at(e, grid);
            ear.carrier.start(grid, ear.from.hz);
        } else {
            ear.from = ear.to;
        }
        if (!same) {
            ear.to = point_at(e, grid + kControlPeriod);
            if (!ear.from.heard()) {
                // Nothing is heard yet: no need to glide from a pitch that means nothing, and its
                // wander was not kept.
                if (ear.from.hz != ear.to.hz) {
                    ear.from.hz = ear.to.hz;
                    ear.carrier.start(grid, ear.to.hz);
                }
                ear.from.wander = wander_cycles(ear.from.hz, ear.wander_phase, grid);
            }
        } else if (ear.heard) {
            ear.to.wander = wander_cycles(ear.to.hz, ear.wander_phase, grid + kControlPeriod);
        }
        ear.run = ear.carrier.advance(grid, ear.from.hz, ear.to.hz);
        ear.run.start += ear.phase + ear.from.wander;
        ear.run.slope += (ear.to.wander - ear.from.wander) / kControlPeriod;
        ear.heard = ear.from.heard() || ear.to.heard();
        narrow = narrow || ear.from.narrow != 0.0 || ear.to.narrow != 0.0;
        broad = broad || ear.from.broad != 0.0 || ear.to.broad != 0.0;
    }
    fresh_ = false;
    if (narrow && narrow_on_) {
        narrow_.aim(narrow_to_);
    }
    if (broad && broad_on_) {
        broad_.aim(broad_to_);
    }
    start_noise(now, narrow && !narrow_on_, broad && !broad_on_);
    narrow_on_ = narrow;
    broad_on_ = broad;
}

void Tinnitus::start_noise(std::int64_t position, bool narrow, bool broad) noexcept {
    // A filter of Butterworth's kind forgets with exp(-2 pi corner t / sqrt 2): 1e-7 of it is left.
    double frames = 0.0;
    if (narrow) {
        narrow_.jump(narrow_to_);
        narrow_.reset();
        frames = 3.63 * kSampleRateHz / narrowest_hz_;
    }
    if (broad) {
        broad_.jump(broad_to_);
        broad_.reset();
        frames = std::max(frames, 3.63 * kSampleRateHz / lowest_hz_);
    }
    std::int64_t left = std::min(kLongestWarming, static_cast<std::int64_t>(frames));
    while (left > 0) {
        const int count = static_cast<int>(std::min<std::int64_t>(left, kControlPeriod));
        run_noise(position - left, count, narrow, broad);
        left -= count;
    }
}

void Tinnitus::run_noise(std::int64_t position, int count, bool narrow, bool broad) noexcept {
    for (std::size_t e = 0; e < ears_.size(); ++e) {
        for (int i = 0; i < count; ++i) {
            const NoisePair pair = position_noise(ears_[e].seed, position + i);
            noise_[e][0][static_cast<std::size_t>(i)] = pair.first;
            noise_[e][1][static_cast<std::size_t>(i)] = pair.second;
        }
    }
    if (broad) {
        broad_.run(
            count,
            [this](int i, const auto&) {
                const auto at = static_cast<std::size_t>(i);
                return BiquadLanes<2>::Frame{noise_[0][0][at], noise_[1][0][at]};
            },
            [this](int i, const BiquadLanes<2>::Frame& y) {
                const auto at = static_cast<std::size_t>(i);
                noise_[0][2][at] = y[0];
                noise_[1][2][at] = y[1];
            });
    }
    if (narrow) {
        narrow_.run(
            count,
            [this](int i, const auto&) {
                const auto at = static_cast<std::size_t>(i);
                return BiquadLanes<4>::Frame{noise_[0][0][at], noise_[0][1][at], noise_[1][0][at],
                                             noise_[1][1][at]};
            },
            [this](int i, const BiquadLanes<4>::Frame& y) {
                const auto at = static_cast<std::size_t>(i);
                noise_[0][0][at] = y[0];
                noise_[0][1][at] = y[1];
                noise_[1][0][at] = y[2];
                noise_[1][1][at] = y[3];
            });
    }
}

void Tinnitus::add_ear(std::size_t e, int first, std::span<float> inout) noexcept {
    const Ear& ear = ears_[e];
    Chunk sine{};
    Chunk cosine{};
    Chunk sum{};
    const std::span<double> sines = std::span{sine}.first(inout.size());
    const auto ramp = [first](double from, double to, std::size_t i) {
        return from + (to - from) / kControlPeriod * (first + static_cast<int>(i));
    };
    if (narrow_on_) {
        fill_turn(ear.run, first, sines, std::span{cosine}.first(inout.size()));
    } else if (ear.from.tone != 0.0 || ear.to.tone != 0.0) {
        fill_sine(ear.run, first, sines);
    }
    std::fill_n(sum.begin(), inout.size(), 0.0);
    if (ear.from.tone != 0.0 || ear.to.tone != 0.0) {
        for (std::size_t i = 0; i < inout.size(); ++i) {
            sum[i] += ramp(ear.from.tone, ear.to.tone, i) * sine[i];
        }
    }
    if (narrow_on_) {
        for (std::size_t i = 0; i < inout.size(); ++i) {
            sum[i] += ramp(ear.from.narrow, ear.to.narrow, i) *
                      (noise_[e][0][i] * cosine[i] - noise_[e][1][i] * sine[i]);
        }
    }
    if (broad_on_) {
        for (std::size_t i = 0; i < inout.size(); ++i) {
            sum[i] += ramp(ear.from.broad, ear.to.broad, i) * noise_[e][2][i];
        }
    }
    for (std::size_t i = 0; i < inout.size(); ++i) {
        inout[i] = static_cast<float>(static_cast<double>(inout[i]) + sum[i]);
    }
}

void Tinnitus::process(audio::BlockView inout, std::int64_t position) noexcept {
    for (int done = 0; done < inout.frames();) {
        const std::int64_t now = position + done;
        const int first = static_cast<int>(now & (kControlPeriod - 1));
        const int count = std::min(kControlPeriod - first, inout.frames() - done);
        if (fresh_ || first == 0) {
            begin_period(now, now - first);
        }
        if (narrow_on_ || broad_on_) {
            run_noise(now, count, narrow_on_, broad_on_);
        }
        const audio::BlockView part = inout.part(done, count);
        for (std::size_t e = 0; e < ears_.size(); ++e) {
            if (ears_[e].heard) {
                add_ear(e, first, part.channel(static_cast<int>(e)));
            }
        }
        done += count;
    }
}

}  // namespace earshot::dsp
