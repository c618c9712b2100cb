#include "common/dsp/overlay/onset_detector.hpp"

#include "common/base/time.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace earshot::dsp {
namespace {

constexpr double kRateHz = static_cast<double>(kSampleRateHz) / OnsetDetector::kPeriod;
constexpr double kLowHz = 70.0;
constexpr double kHighHz = 160.0;
constexpr double kHalfWidthHz = 35.0;
// Ratios of power.
constexpr double kGrowth = 1.4125375446227544;     // 1.5 dB
constexpr double kRise = 2.5118864315095801;       // 4 dB
constexpr double kQuietest = 1e-5;                 // -50 dB
constexpr double kUnderStrokes = 0.1;              // -10 dB
constexpr double kFallen = 0.7943282347242815;     // -1 dB
constexpr double kForget = 1.0 - 0.921 / kRateHz;  // 4 dB a second
constexpr std::int64_t kRest = 4'320;              ///< 90 ms.
constexpr std::int64_t kBehind = 360;  ///< What filters and growth take to show a stroke.
constexpr double kFloor = 1e-10;
constexpr double kNoSound = 1e12;
constexpr double kResidue = 1e-80;

}  // namespace

OnsetDetector::Resonator::Resonator(double centre_hz) noexcept {
    const double decay = std::exp(-2.0 * std::numbers::pi * kHalfWidthHz / kRateHz);
    const double turn = 2.0 * std::numbers::pi * centre_hz / kRateHz;
    turn_re_ = decay * std::cos(turn);
    turn_im_ = decay * std::sin(turn);
    gain_ = 1.0 - decay;
}

double OnsetDetector::Resonator::take(double x) noexcept {
    double in_re = x;
    double in_im = 0.0;
    for (std::size_t pole = 0; pole < re_.size(); ++pole) {
        const double re = turn_re_ * re_[pole] - turn_im_ * im_[pole] + gain_ * in_re;
        const double im = turn_re_ * im_[pole] + turn_im_ * re_[pole] + gain_ * in_im;
        re_[pole] = in_re = re;
        im_[pole] = in_im = im;
    }
    const double power = 4.0 * (in_re * in_re + in_im * in_im);
    if (!(power >= kResidue && power <= kNoSound)) {
        reset();  // before it gets denormal and slow, or stays what is no number
        return kFloor;
    }
    return std::max(kFloor, power);
}

OnsetDetector::OnsetDetector() noexcept : low_(kLowHz), high_(kHighHz) {
    reset();
}

void OnsetDetector::reset() noexcept {
    low_.reset();
    high_.reset();
    past_.fill(kFloor);
    at_ = 0;
    strokes_ = kQuietest;
    pending_ = 0;
    last_ = std::numeric_limits<std::int64_t>::min() / 2;
}

double OnsetDetector::most_before() const noexcept {
    double most = kFloor;
    for (std::size_t i = 0; i < static_cast<std::size_t>(kFar - kNear); ++i) {
        most = std::max(most, past_[(at_ + i) % past_.size()]);
    }
    return most;
}

std::optional<std::int64_t> OnsetDetector::take(double mean, std::int64_t end) noexcept {
    const double low = low_.take(mean);
    const double high = high_.take(mean);
    strokes_ = std::max(kQuietest, strokes_ * kForget);
    std::optional<std::int64_t> found;
    if (pending_ > 0) {
        if (--pending_ == 0 && low >= high && low >= needed_ && low >= pending_power_ * kFallen) {
            last_ = end - kConfirm * kPeriod;
            found = last_ - kBehind;
        }
    } else if (low >= kQuietest && end - last_ >= kRest &&
               low >= kRise * past_[(at_ + kFar - kNear) % kFar] &&
               low >= kGrowth * most_before()) {
        pending_ = kConfirm;
        pending_power_ = low;
        needed_ = strokes_ * kUnderStrokes;
    }
    strokes_ = std::max(strokes_, low);
    past_[at_] = low;
    at_ = (at_ + 1) % past_.size();
    return found;
}

}  // namespace earshot::dsp
