#include "common/dsp/overlay/inner_body.hpp"

#include "common/base/time.hpp"
#include "common/dsp/overlay/filter_power.hpp"
#include "common/dsp/overlay/position_noise.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

constexpr double kSilence = 1e-30;
/// Of the slowest noise filter (blood, 180 Hz, q 0.7) exp(-16) is left after it.
constexpr int kWarming = 1'024;
constexpr double kHeartHz[] = {48.0, 68.0};
constexpr double kFootHz[] = {66.0, 74.0};

/// A stroke: 1 at `peak` seconds, 0 with no slope at 0, gone after some ten times that.
double stroke(double seconds, double peak) noexcept {
    const double u = seconds / peak;
    return u <= 0.0 || u > 16.0 ? 0.0 : u * u * std::exp(2.0 * (1.0 - u));
}

/// 0 to 1 over u from 0 to 1, smoothly; 0 and 1 outside.
double smooth(double u) noexcept {
    const double v = std::clamp(u, 0.0, 1.0);
    return v * v * (3.0 - 2.0 * v);
}

/// How the blood rushes within a beat: up in a quarter of it, down in the rest, never still.
double rush(double cycles) noexcept {
    return 0.35 + 0.65 * smooth(cycles / 0.25) * (1.0 - smooth((cycles - 0.25) / 0.75));
}

/// One of two halves of a breath: up and down between two places of the cycle.
double breathing(double cycles, double from, double to) noexcept {
    const double half = 0.5 * (to - from);
    return smooth((cycles - from) / half) * (1.0 - smooth((cycles - from - half) / half));
}

float to_sample(double value) noexcept {
    return std::abs(value) < kSilence ? 0.0F : static_cast<float>(value);
}

}  // namespace

InnerBody::InnerBody(std::uint64_t seed) noexcept
    : seed_(seed),
      heart_(position_hash(seed, 1)),
      breath_(position_hash(seed, 2)),
      step_(position_hash(seed, 3)) {
    const BiquadLanes<4>::Coefficients bands = {band_pass(180.0, 0.7), band_pass(480.0, 1.0),
                                                band_pass(300.0, 1.0), band_pass(160.0, 0.8)};
    noise_.jump(bands);
    bus_to_ = {BiquadCoefficients::high_pass(60.0, butterworth_q(2, 0)),
               BiquadCoefficients::low_pass(700.0, butterworth_q(2, 0)), occlusion_shelf(0.0),
               BiquadCoefficients{}};
    for (std::size_t lane = 0; lane < bands.size(); ++lane) {
        // They pass the bus's low-pass too.
        const double power = white_noise_power(bands[lane], bus_to_[1]);
        noise_scale_[lane] = 1.0 / std::sqrt(kNoiseVariance * power);
    }
    reset();
}

void InnerBody::reset() noexcept {
    heart_.reset();
    breath_.reset();
    step_.reset();
    fresh_ = true;
    noisy_ = heard_ = false;
}

void InnerBody::take_parameters() noexcept {
    taken_ = wanted_;
    rates_ = {std::exp(wanted_.log_heart_rate), std::exp(wanted_.log_breath_rate),
              std::exp(wanted_.log_step_rate)};
    levels_ = {wanted_.heartbeat.amplitude(), noise_scale_[0] * wanted_.blood.amplitude(),
               wanted_.breath.amplitude(), wanted_.steps.amplitude(),
               wanted_.programme.amplitude()};
    bus_to_[2] = occlusion_shelf(wanted_.occlusion_db);
}

InnerBody::Point InnerBody::point_of(const BodyRhythm::Point& heart,
                                     const BodyRhythm::Point& breath,
                                     const BodyRhythm::Point& step) const noexcept {
    Point point;
    if (levels_.heart > 0.0) {
        // No two beats are quite alike; the time between the sounds goes with the root of the
        // beat's.
        const double level = levels_.heart * db_to_gain(1.5 * heart.chance);
        point.first_sound = level * stroke(heart.seconds, 0.020);
        const double later = heart.seconds - 0.32 / std::sqrt(heart.hz);
        point.second_sound = 0.5 * level * stroke(later, 0.012);
    }
    if (levels_.blood > 0.0) {
        point.blood = levels_.blood * rush(heart.cycles);
    }
    if (levels_.breath > 0.0) {
        const double level = levels_.breath * db_to_gain(1.0 * breath.chance);
        point.inhale = noise_scale_[1] * level * breathing(breath.cycles, 0.0, 0.40);
        point.exhale = noise_scale_[2] * 0.7 * level * breathing(breath.cycles, 0.45, 0.92);
    }
    if (levels_.steps > 0.0) {
        const double level = levels_.steps * db_to_gain(2.0 * step.chance);
        point.thud = level * stroke(step.seconds, 0.012);
        point.scuff = noise_scale_[3] * 0.25 * level * stroke(step.seconds - 0.004, 0.008);
    }
    point.programme = levels_.programme;
    return point;
}

void InnerBody::begin_period(std::int64_t now, std::int64_t grid) noexcept {
    if (fresh_ || !(wanted_ == taken_)) {
        take_parameters();
    }
    heart_.advance(grid, rates_[0]);
    breath_.advance(grid, rates_[1]);
    step_.advance(grid, rates_[2]);
    from_ = fresh_ ? point_of(heart_.from(), breath_.from(), step_.from()) : to_;
    to_ = point_of(heart_.to(), breath_.to(), step_.to());
    const bool heard = !(levels_ == Levels{}) || !(from_ == Point{});
    if (heard && !heard_) {
        bus_.jump(bus_to_);
        bus_.reset();
    } else if (heard) {
        bus_.aim(bus_to_);
        bus_.drop_residue();
    }
    heard_ = heard;
    const bool noisy = from_.noisy() || to_.noisy();
    if (noisy && !noisy_) {
        warm_noise(now);
    }
    noisy_ = noisy;
    fresh_ = false;
}

void InnerBody::warm_noise(std::int64_t position) noexcept {
    noise_.reset();
    Chunk nothing;
    for (int left = kWarming; left > 0; left -= kControlPeriod) {
        run_noise(position - left, 0, nothing);
    }
}

void InnerBody::run_noise(std::int64_t position, int first, std::span<double> out) noexcept {
    const auto ramp = [](double from, double to, double u) { return from + u * (to - from); };
    noise_.run(
        static_cast<int>(out.size()),
        [&](int i, const BiquadLanes<4>::Frame&) {
            const double white = position_noise(seed_, position + i).first;
            return BiquadLanes<4>::Frame{white, white, white, white};
        },
        [&](int i, const BiquadLanes<4>::Frame& y) {
            const double u = static_cast<double>(first + i) / kControlPeriod;
            out[static_cast<std::size_t>(i)] =
                ramp(from_.blood, to_.blood, u) * y[0] + ramp(from_.inhale, to_.inhale, u) * y[1] +
                ramp(from_.exhale, to_.exhale, u) * y[2] + ramp(from_.scuff, to_.scuff, u) * y[3];
        });
}

void InnerBody::add_tones(int first, std::span<double> out) const noexcept {
    const auto add = [&](const PhaseRun& run, double from, double to) {
        if (from == 0.0 && to == 0.0) {
            return;
        }
        Chunk sine;
        fill_sine(run, first, std::span{sine}.first(out.size()));
        const double slope = (to - from) / kControlPeriod;
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] += (from + slope * (first + static_cast<int>(i))) * sine[i];
        }
    };
    add(heart_.sine_from_event(kHeartHz[0]), from_.first_sound, to_.first_sound);
    add(heart_.sine_from_event(kHeartHz[1]), from_.second_sound, to_.second_sound);
    add(step_.sine_from_event(kFootHz[step_.to().odd ? 1 : 0]), from_.thud, to_.thud);
}

void InnerBody::add_bus(audio::ConstBlockView programme,
                        std::span<const double> body,
                        int first,
                        audio::BlockView inout) noexcept {
    const auto in_left = programme.channel(0);
    const auto in_right = programme.channel(1);
    const auto left = inout.channel(0);
    const auto right = inout.channel(1);
    const double slope = (to_.programme - from_.programme) / kControlPeriod;
    bus_.run(
        inout.frames(),
        [&](int i, const BiquadLanes<4>::Frame& last) {
            const auto at = static_cast<std::size_t>(i);
            const double mid =
                0.5 * (static_cast<double>(in_left[at]) + static_cast<double>(in_right[at]));
            const double through = last[0] * (from_.programme + slope * (first + i));
            return BiquadLanes<4>::Frame{mid, through + body[at], last[1], 0.0};
        },
        [&](int i, const BiquadLanes<4>::Frame& y) {
            const auto at = static_cast<std::size_t>(i);
            left[at] = to_sample(static_cast<double>(left[at]) + y[2]);
            right[at] = to_sample(static_cast<double>(right[at]) + y[2]);
        });
}

void InnerBody::process(audio::ConstBlockView programme,
                        audio::BlockView inout,
                        std::int64_t position) noexcept {
    Chunk body;
    for (int done = 0; done < inout.frames();) {
        const std::int64_t now = position + done;
        const int first = static_cast<int>(now & (kControlPeriod - 1));
        const int count = std::min(kControlPeriod - first, inout.frames() - done);
        if (fresh_ || first == 0) {
            begin_period(now, now - first);
        }
        if (heard_) {
            const std::span<double> sound = std::span{body}.first(static_cast<std::size_t>(count));
            if (noisy_) {
                run_noise(now, first, sound);
            } else {
                std::fill(sound.begin(), sound.end(), 0.0);
            }
            add_tones(first, sound);
            add_bus(programme.part(done, count), sound, first, inout.part(done, count));
        }
        done += count;
    }
}

}  // namespace earshot::dsp
