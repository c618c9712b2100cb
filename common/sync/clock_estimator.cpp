#include "common/sync/clock_estimator.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace earshot::sync {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr double kWindowNs = 60.0 * kNsPerSecond;
/// While the fit is young, buckets are short so that a line has points to stand on.
constexpr double kYoungNs = 1.0 * kNsPerSecond;
constexpr double kYoungBucketNs = 0.1 * kNsPerSecond;
constexpr double kBucketNs = 1.0 * kNsPerSecond;
/// Slowest exchange worth anything.
constexpr double kMaxRoundTripNs = 10.0 * kNsPerSecond;
/// Time stamps are no better than this, ns.
constexpr double kStampNoiseNs = 700.0;
/// How fast a crystal's rate wanders: what a bucket of age t is worth less, per second of age.
constexpr double kWander = 0.15e-6;
/// How fast that rate itself may change while things warm up or cool down, per ns: 6 ppm a minute.
constexpr double kWarming = 0.1e-6 / kNsPerSecond;
/// Buckets this many medians above the least delay are queueing, not path.
constexpr double kRejectMedians = 4.0;
/// Clocks that contradict what was possible by this much have been set, ns.
constexpr double kClockStepNs = 300e3;
constexpr int kClockStepSamples = 3;
/// A path step is at least this large, ns.
constexpr double kPathStepNs = 150e3;
constexpr int kPathStepBuckets = 3;
/// Its buckets agree to this share of it.
constexpr double kPathStepAgrees = 0.1;
/// The first exchanges may all have queued; a fit on fewer is not published.
constexpr int kUsableSamples = 4;
/// From the standard deviation of the fit to its 99 % bound, as if everything were normal: what is
/// not normal (queueing, wander) is in the weights; the simulation holds this to 99 %.
constexpr double kNinetyNine = 2.58;

}  // namespace

ClockEstimator::Bucket& ClockEstimator::bucket(int index) noexcept {
    return ring_[static_cast<std::size_t>((first_ + index) % kBuckets)];
}
const ClockEstimator::Bucket& ClockEstimator::bucket(int index) const noexcept {
    return ring_[static_cast<std::size_t>((first_ + index) % kBuckets)];
}

bool ClockEstimator::add(const ClockSample& sample) noexcept {
    if (!based_) {
        base_local_ = sample.t1;
        base_media_ = sample.t2;
        based_ = true;
    }
    const auto local = [this](LocalInstant t) {
        return static_cast<double>((t - base_local_).count());
    };
    const auto media = [this](MediaInstant t) {
        return static_cast<double>((t - base_media_).count());
    };
    const double sent = local(sample.t1);
    const double arrived = local(sample.t4);
    const double held = media(sample.t3) - media(sample.t2);
    const bool possible = sample.t4 >= sample.t1 && sample.t3 >= sample.t2 &&
                          (since_restart_ == 0 || arrived >= last_arrival_) &&
                          arrived - sent <= kMaxRoundTripNs &&
                          held <= (arrived - sent) * 1.001 + 1e5;
    if (!possible) {
        ++counters_.refused;
        return false;
    }
    const double up = media(sample.t2) - sent;
    const double down = media(sample.t3) - arrived;
    if (contradicts(sent, up, arrived, down)) {
        if (++contradictions_ < kClockStepSamples) {
            return true;
        }
        ++counters_.clock_steps;
        restart();
    }
    contradictions_ = 0;
    ++counters_.samples;
    if (since_restart_ == 0) {
        first_arrival_ = arrived;
    }
    ++since_restart_;
    last_arrival_ = arrived;
    insert(sent, up, arrived, down);
    expire(arrived);
    fit(arrived);
    if (path_stepped(&Bucket::up) || path_stepped(&Bucket::down)) {
        ++counters_.path_steps;
        keep_newest(kPathStepBuckets + 1);
        skew_guess_ = skew_;
        skew_guess_sd_ = std::max(2e-6, std::sqrt(skew_variance_));
        fit(arrived);
    }
    if (since_restart_ >= kUsableSamples) {
        publish(arrived);
    }
    return true;
}

void ClockEstimator::restart() noexcept {
    if (since_restart_ >= kUsableSamples) {
        skew_guess_ = skew_;
        skew_guess_sd_ = std::clamp(2.0 * std::sqrt(skew_variance_), 2e-6, 100e-6);
    }
    count_ = 0;
    first_ = 0;
    since_restart_ = 0;
    contradictions_ = 0;
}

bool ClockEstimator::contradicts(double up_at,
                                 double up,
                                 double down_at,
                                 double down) const noexcept {
    if (since_restart_ < kUsableSamples) {
        return false;
    }
    // The offset lies between every down and every up edge; a sample below all of the one or above
    // all of the other, by more than skew and stamps explain, is from clocks that were set.
    const double slack = kClockStepNs + 0.5 * (down_.excess + up_.excess);
    const double skew_sd = std::sqrt(skew_variance_);
    const double reach = [&](double at) {
        return 4.0 * skew_sd * std::abs(at - up_.mean_at);
    }(up_at);
    return up - skew_ * up_at < down_.edge - slack - reach ||
           down - skew_ * down_at > up_.edge + slack + reach;
}

void ClockEstimator::insert(double up_at, double up, double down_at, double down) noexcept {
    const double length = down_at - first_arrival_ < kYoungNs ? kYoungBucketNs : kBucketNs;
    const bool fresh = count_ == 0 || down_at - bucket(count_ - 1).start >= length;
    if (fresh) {
        if (count_ == kBuckets) {
            first_ = (first_ + 1) % kBuckets;
            --count_;
        }
        ++count_;
        Bucket& added = bucket(count_ - 1);
        added = Bucket{};
        added.start = down_at;
        added.up.at = up_at;
        added.up.value = up;
        added.down.at = down_at;
        added.down.value = down;
        return;
    }
    Bucket& open = bucket(count_ - 1);
    if (up - skew_ * up_at < open.up.value - skew_ * open.up.at) {
        open.up.at = up_at;
        open.up.value = up;
    }
    if (down - skew_ * down_at > open.down.value - skew_ * open.down.at) {
        open.down.at = down_at;
        open.down.value = down;
    }
}

void ClockEstimator::expire(double now) noexcept {
    while (count_ > 1 && now - bucket(0).start > kWindowNs) {
        first_ = (first_ + 1) % kBuckets;
        --count_;
    }
}

void ClockEstimator::keep_newest(int count) noexcept {
    const int drop = std::max(0, count_ - count);
    first_ = (first_ + drop) % kBuckets;
    count_ -= drop;
}

ClockEstimator::Side ClockEstimator::weigh(Edge Bucket::*edge, double sign, double now) noexcept {
    // sign +1: the least value is the path; -1: the greatest.
    Side side;
    double least = 0.0;
    for (int i = 0; i < count_; ++i) {
        const Edge& e = bucket(i).*edge;
        const double delay = sign * (e.value - skew_ * e.at);
        least = i == 0 ? delay : std::min(least, delay);
    }
    std::array<double, kBuckets> sorted{};
    for (int i = 0; i < count_; ++i) {
        Edge& e = bucket(i).*edge;
        e.excess = sign * (e.value - skew_ * e.at) - least;
        sorted[static_cast<std::size_t>(i)] = e.excess;
    }
    const auto middle = sorted.begin() + count_ / 2;
    std::nth_element(sorted.begin(), middle, sorted.begin() + count_);
    side.spread = *middle;
    side.edge = sign * least;
    const double limit = kRejectMedians * std::max(side.spread, kStampNoiseNs);
    // A few buckets that agree may all have queued: how far, only the round trip bounds.
    const double unsure = std::max(0.0, up_.edge - down_.edge) / (count_ * count_);
    const double noise = std::max({kStampNoiseNs, 0.5 * side.spread, unsure});
    double at_sum = 0.0;
    double excess_sum = 0.0;
    for (int i = 0; i < count_; ++i) {
        Edge& e = bucket(i).*edge;
        const double age = now - e.at;
        const double aged = (kWander + 0.5 * kWarming * age) * age;
        e.weight = e.excess > limit + aged
                       ? 0.0
                       : 1.0 / (noise * noise + e.excess * e.excess + aged * aged);
        side.weight += e.weight;
        at_sum += e.weight * e.at;
        excess_sum += e.weight * e.excess;
    }
    side.mean_at = at_sum / side.weight;
    side.excess = excess_sum / side.weight;
    return side;
}

void ClockEstimator::fit(double now) noexcept {
    for (int pass = 0; pass < 3; ++pass) {
        up_ = weigh(&Bucket::up, 1.0, now);
        down_ = weigh(&Bucket::down, -1.0, now);
        const double guess_weight = 1.0 / (skew_guess_sd_ * skew_guess_sd_);
        double above = skew_guess_ * guess_weight;
        double below = guess_weight;
        const auto gather = [&](Edge Bucket::*edge, const Side& side) {
            double mean = 0.0;
            for (int i = 0; i < count_; ++i) {
                const Edge& e = bucket(i).*edge;
                mean += e.weight * e.value;
            }
            mean /= side.weight;
            for (int i = 0; i < count_; ++i) {
                const Edge& e = bucket(i).*edge;
                const double x = e.at - side.mean_at;
                above += e.weight * x * (e.value - mean);
                below += e.weight * x * x;
            }
            return mean;
        };
        up_.intercept = gather(&Bucket::up, up_);
        down_.intercept = gather(&Bucket::down, down_);
        skew_ = above / below;
        skew_variance_ = 1.0 / below;
    }
}

bool ClockEstimator::path_stepped(Edge Bucket::*edge) const noexcept {
    // The three buckets before the newest must agree, and the newest, still filling, may not be
    // below them: nothing comes sooner than the path lets it.
    if (count_ < 2 * kPathStepBuckets + 1 || last_arrival_ - first_arrival_ < 2.0 * kYoungNs) {
        return false;
    }
    double least = 0.0;
    double most = 0.0;
    for (int i = 0; i < kPathStepBuckets; ++i) {
        const double excess = (bucket(count_ - 2 - i).*edge).excess;
        least = i == 0 ? excess : std::min(least, excess);
        most = i == 0 ? excess : std::max(most, excess);
    }
    const int before = count_ - 1 - kPathStepBuckets;
    std::array<double, kBuckets> sorted{};
    for (int i = 0; i < before; ++i) {
        sorted[static_cast<std::size_t>(i)] = (bucket(i).*edge).excess;
    }
    const auto middle = sorted.begin() + before / 2;
    std::nth_element(sorted.begin(), middle, sorted.begin() + before);
    // Stalls hit burst after burst, too, but never by the same.
    const double unlike = kPathStepAgrees * least + 4.0 * *middle;
    return least > kPathStepNs + 6.0 * *middle && most - least < unlike &&
           least - (bucket(count_ - 1).*edge).excess < unlike;
}

void ClockEstimator::publish(double now) noexcept {
    const double up = up_.intercept + skew_ * (now - up_.mean_at);
    const double down = down_.intercept + skew_ * (now - down_.mean_at);
    const double offset = 0.5 * (up + down);
    const double mean_at = 0.5 * (up_.mean_at + down_.mean_at);
    const double variance = 0.25 / up_.weight + 0.25 / down_.weight +
                            skew_variance_ * (now - mean_at) * (now - mean_at);
    model_.local_reference = base_local_ + std::chrono::nanoseconds{std::llround(now)};
    model_.media_reference =
        base_media_ + std::chrono::nanoseconds{std::llround(now) + std::llround(offset)};
    model_.skew = skew_;
    model_.skew_bound = kNinetyNine * std::sqrt(skew_variance_);
    model_.fit_bound = std::chrono::nanoseconds{std::llround(kNinetyNine * std::sqrt(variance))};
    model_.path_bound =
        std::chrono::nanoseconds{std::llround(std::max(0.0, 0.5 * (up_.edge - down_.edge)))};
    if (since_restart_ == kUsableSamples) {
        model_.since = model_.local_reference;
    }
    model_.valid = true;
}

}  // namespace earshot::sync
