#include "common/dsp/overlay/vibration.hpp"

#include "common/base/time.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace earshot::dsp {
namespace {

constexpr double kLowestHz = 20.0;
constexpr double kHighestHz = 250.0;
constexpr double kStandInHz = 120.0;
constexpr double kPeriodSeconds = static_cast<double>(kControlPeriod) / kSampleRateHz;
constexpr double kAttackSeconds = 0.005;
constexpr double kReleaseSeconds = 0.080;
/// The envelope of a sine rides about this much over its power (2 to 2.5 dB over 40 to 160 Hz).
constexpr double kRideDb = 2.2;
constexpr double kFloorDbfs = -50.0;
constexpr double kLetGoDb = 30.0;      ///< Under the floor, until the gain is 1.
constexpr double kPointMemory = 0.88;  ///< A point of the centroid's 80 ms.
constexpr double kSilence = 1e-30;
constexpr double kLargest = 8.0;  ///< What is larger is no sound.

/// (s + w1) / (s + w2): +6 dB an octave from w1 down to w2.
BiquadCoefficients shaker_weighting() noexcept {
    const double k = 2.0 * kSampleRateHz;
    const double high = 2.0 * std::numbers::pi * 60.0;
    const double low = 2.0 * std::numbers::pi * 15.0;
    return {(k + high) / (k + low), (high - k) / (k + low), 0.0, (low - k) / (k + low), 0.0};
}

/// 255 is 0 dB, 5 steps a dB.
std::uint8_t level_code(double power) noexcept {
    const double code = std::round(255.0 + 50.0 * std::log10(power + 1e-20));
    return static_cast<std::uint8_t>(std::clamp(code, 0.0, 255.0));
}

float to_sample(double value) noexcept {
    return std::abs(value) < kSilence ? 0.0F : static_cast<float>(value);
}

}  // namespace

void blend(std::span<const VibrationParameters* const> states,
           std::span<const double> weights,
           VibrationParameters& out) noexcept {
    using State = VibrationParameters;
    if (const State* only = only_state(states, weights)) {
        out = *only;
        return;
    }
    out.tactile = blend_level(states, weights,
                              [](const State& s) -> const GlidingLevel& { return s.tactile; });
    out.stand_in = blend_level(states, weights,
                               [](const State& s) -> const GlidingLevel& { return s.stand_in; });
}

Vibration::Vibration(const VibrationSettings& settings)
    : settings_(settings),
      attack_(1.0 - std::exp(-kPeriodSeconds / kAttackSeconds)),
      release_(1.0 - std::exp(-kPeriodSeconds / kReleaseSeconds)) {
    const auto in = [](double x, double low, double high) { return x >= low && x <= high; };
    if (!in(settings.ratio, 1.0, 10.0) || !in(settings.reference_dbfs, -40.0, 0.0)) {
        throw std::invalid_argument("vibration settings out of range");
    }
    const double q = butterworth_q(2, 0);
    const BiquadCoefficients none;
    lanes_.jump({BiquadCoefficients::high_pass(kLowestHz, q),
                 BiquadCoefficients::low_pass(kHighestHz, q),
                 BiquadCoefficients::low_pass(kStandInHz, butterworth_q(4, 0)),
                 BiquadCoefficients::low_pass(kStandInHz, butterworth_q(4, 1)),
                 settings.shaker_weighting ? shaker_weighting() : none, none});
    reset();
}

void Vibration::reset() noexcept {
    lanes_.reset();
    onsets_.reset();
    ring_ = {};
    power_ = mean_ = envelope_ = 0.0;
    counted_ = 0;
    point_power_ = point_change_ = point_peak_ = last_sample_ = 0.0;
    slow_power_ = slow_change_ = 0.0;
    stroke_.reset();
    fresh_ = true;
}

double Vibration::gain_db(double power) const noexcept {
    const double level = 10.0 * std::log10(power + 1e-20) - kRideDb;
    const double share = 1.0 - 1.0 / settings_.ratio;
    if (level >= kFloorDbfs) {
        return share * (settings_.reference_dbfs - level);
    }
    const double most = share * (settings_.reference_dbfs - kFloorDbfs);
    return most * std::max(0.0, 1.0 - (kFloorDbfs - level) / kLetGoDb);
}

void Vibration::begin_period() noexcept {
    if (fresh_ || !(wanted_ == taken_)) {
        taken_ = wanted_;
        levels_ = {1.0, wanted_.tactile.amplitude(), wanted_.stand_in.amplitude()};
    }
    const Point now{db_to_gain(gain_db(envelope_)), levels_.tactile, levels_.stand_in};
    from_ = fresh_ ? now : to_;
    to_ = now;
    fresh_ = false;
}

void Vibration::end_period(std::int64_t end) noexcept {
    const double power = power_ / counted_;
    if (power < 1e30) {
        envelope_ += (power > envelope_ ? attack_ : release_) * (power - envelope_);
        envelope_ = envelope_ < kSilence ? 0.0 : envelope_;
    } else {
        envelope_ = 0.0;  // no sound
    }
    if (const auto stroke = onsets_.take(mean_ / counted_, end)) {
        stroke_ = stroke;
    }
    power_ = mean_ = 0.0;
    counted_ = 0;
    lanes_.drop_residue();
}

void Vibration::count(std::span<const double> felt) noexcept {
    double power = point_power_;
    double changes = point_change_;
    double peak = point_peak_;
    double last = last_sample_;
    for (const double sample : felt) {
        const double change = sample - last;
        power += sample * sample;
        changes += change * change;
        peak = std::max(peak, std::abs(sample));
        last = sample;
    }
    point_power_ = power;
    point_change_ = changes;
    point_peak_ = peak;
    last_sample_ = last;
}

void Vibration::run(audio::ConstBlockView in,
                    std::int64_t position,
                    std::span<float> tactile,
                    std::span<float> stand_in) noexcept {
    const auto at = [](std::int64_t frame) {
        return static_cast<std::size_t>(frame & (kRing - 1));
    };
    const auto left = in.channel(0);
    const auto right = in.channel(1);
    const double first = static_cast<double>(position & (kControlPeriod - 1));
    const auto frames = static_cast<std::size_t>(in.frames());
    // The band comes one frame late, the stand-in's second low-pass one more.
    constexpr int kDelay = kLatency - 1;
    std::array<double, kControlPeriod> felt{};
    std::array<double, kControlPeriod> band{};
    for (std::size_t i = 0; i < frames; ++i) {
        const double u = (first + static_cast<int>(i)) / kControlPeriod;
        felt[i] = ring_[at(position + static_cast<int>(i) - kDelay)] *
                  (from_.gain + u * (to_.gain - from_.gain));
    }
    lanes_.run(
        in.frames(),
        [&](int i, const BiquadLanes<6>::Frame& last) {
            const auto from = static_cast<std::size_t>(i);
            const double mid =
                0.5 * (static_cast<double>(left[from]) + static_cast<double>(right[from]));
            return BiquadLanes<6>::Frame{mid,     last[0],    ring_[at(position + i - kDelay + 1)],
                                         last[2], felt[from], 0.0};
        },
        [&](int i, const BiquadLanes<6>::Frame& y) {
            const double u = (first + i) / kControlPeriod;
            const auto to = static_cast<std::size_t>(i);
            band[to] = y[1];
            const double shaken = y[4] * (from_.tactile + u * (to_.tactile - from_.tactile));
            tactile[to] = to_sample(std::clamp(shaken, -kLargest, kLargest));
            stand_in[to] = to_sample(y[3] * (from_.stand_in + u * (to_.stand_in - from_.stand_in)));
        });
    count(std::span{felt}.first(frames));
    double power = power_;
    double mean = mean_;
    for (std::size_t i = 0; i < frames; ++i) {
        ring_[at(position + static_cast<int>(i))] = band[i];
        power += band[i] * band[i];
        mean += band[i];
    }
    power_ = power;
    mean_ = mean;
    counted_ += in.frames();
}

HapticPoint Vibration::measure_point(std::int64_t position) noexcept {
    HapticPoint point;
    point.position = position;
    if (!(point_power_ < 1e30)) {
        point_power_ = point_change_ = point_peak_ = last_sample_ = 0.0;
        slow_power_ = slow_change_ = 0.0;
    }
    const double level = to_.tactile * to_.tactile;
    point.rms = level_code(level * point_power_ / HapticPoint::kPeriod);
    point.peak = level_code(level * point_peak_ * point_peak_);
    slow_power_ = kPointMemory * slow_power_ + point_power_;
    slow_change_ = kPointMemory * slow_change_ + point_change_;
    if (slow_power_ > 1e-9) {
        // The root mean square of the frequency, from the power of the derivative.
        const double ratio = std::min(1.0, std::sqrt(slow_change_ / slow_power_) / 2.0);
        const double hz = 2.0 * std::asin(ratio) * kSampleRateHz / (2.0 * std::numbers::pi);
        const double place =
            std::log(std::max(hz, kLowestHz) / kLowestHz) / std::log(kHighestHz / kLowestHz);
        point.centroid = static_cast<std::uint8_t>(std::min(127.0, std::round(127.0 * place)));
    } else {
        slow_power_ = slow_change_ = 0.0;
    }
    point_power_ = point_change_ = point_peak_ = 0.0;
    return point;
}

HapticPoint Vibration::next_point(std::int64_t end) noexcept {
    HapticPoint ready = held_;
    held_ = measure_point(end - HapticPoint::kPeriod);
    if (stroke_ && *stroke_ < held_.position) {
        ready.onset = ready.peak > 0;  // what is not felt does not begin
        stroke_.reset();
    }
    return ready;
}

int Vibration::process(audio::ConstBlockView in,
                       std::int64_t position,
                       std::span<float> tactile,
                       std::span<float> stand_in,
                       std::span<HapticPoint> points) noexcept {
    int made = 0;
    for (int done = 0; done < in.frames();) {
        const std::int64_t now = position + done;
        const int first = static_cast<int>(now & (kControlPeriod - 1));
        const int count = std::min(kControlPeriod - first, in.frames() - done);
        if (fresh_) {
            begin_ = now;
            held_.position = std::numeric_limits<std::int64_t>::min();
        }
        if (fresh_ || first == 0) {
            begin_period();
        }
        const auto from = static_cast<std::size_t>(done);
        const auto frames = static_cast<std::size_t>(count);
        run(in.part(done, count), now, tactile.subspan(from, frames),
            stand_in.subspan(from, frames));
        const std::int64_t end = now + count;
        if (first + count == kControlPeriod) {
            end_period(end);
            // What came out belongs kLatency back; points end on the grid of 480 there.
            const std::int64_t heard = end - kLatency;
            if (heard % HapticPoint::kPeriod == 0) {
                const HapticPoint point = next_point(heard);
                if (point.position >= begin_ && made < static_cast<int>(points.size())) {
                    points[static_cast<std::size_t>(made++)] = point;
                }
            }
        }
        done += count;
    }
    return made;
}

}  // namespace earshot::dsp
