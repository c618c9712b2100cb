#include "common/dsp/true_peak_limiter.hpp"

#include "common/base/level.hpp"
#include "common/base/time.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace earshot::dsp {
namespace {

/// Peaks over this are brought down to the ceiling; sound of exactly -3 dBTP is not over it,
/// whatever the last bits of the measurement say.
const float kThreshold = db_to_gain(-2.99F);
const double kCeiling = db_to_gain(-3.2);
/// A listener hears what Opus makes of the sound, and its noise adds to a peak: what it decodes at
/// 96 kbit/s is taken to reach kDecodedPeak times the peak and kDecodedRough times the roughness.
/// Together they were over the highest of 70 hot sounds (noises, squares, tones, drums, voices).
const double kDecodedCeiling = db_to_gain(-0.5);
constexpr double kDecodedPeak = 1.15;
constexpr double kDecodedRough = 5.0;
constexpr double kReleaseSeconds = 0.050;
/// A gain this near to 1 (0.0001 dB) is 1.
constexpr double kOpen = 1.0 - 1e-5;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

/// Taps before the sample that a phase belongs to.
constexpr int kTapsBefore = TruePeakLimiter::kTaps / 2 - 1;

/// Windowed sinc at a distance in samples; zero from kTaps / 2 on (Hann). With 4 phases that is the
/// 48th-order interpolator which the common loudness meters use: what they read is what is limited.
double interpolation_tap(double distance) noexcept {
    const double window =
        0.5 + 0.5 * std::cos(std::numbers::pi * distance * 2.0 / TruePeakLimiter::kTaps);
    const double x = std::numbers::pi * distance;
    return window * (std::abs(x) < 1e-9 ? 1.0 : std::sin(x) / x);
}

}  // namespace

TruePeakLimiter::TruePeakLimiter(PeakLimiting limiting)
    : limiting_(limiting),
      release_coefficient_(std::exp(-1.0 / (kReleaseSeconds * kSampleRateHz))) {
    for (int phase = 0; phase < kPhases; ++phase) {
        float magnitude = 0.0F;
        for (int tap = 0; tap < kTaps; ++tap) {
            auto& stored = taps_[static_cast<std::size_t>(phase)][static_cast<std::size_t>(tap)];
            stored = static_cast<float>(interpolation_tap(tap - kTapsBefore - (phase + 1) / 4.0));
            magnitude += std::abs(stored);
        }
        tap_sum_ = std::max(tap_sum_, magnitude * 1.0001F);
    }
    for (int i = 0; i < kWindow; ++i) {
        const double s = std::sin(std::numbers::pi * (i + 1.0) / (kWindow + 1.0));
        smoothing_[static_cast<std::size_t>(i)] = s * s;
    }
    const double sum = std::accumulate(smoothing_.begin(), smoothing_.end(), 0.0);
    for (double& weight : smoothing_) {
        weight /= sum;
    }
    TruePeakLimiter::reset();
}

void TruePeakLimiter::reset() noexcept {
    sound_ = {};
    need_.fill(1.0);
    held_.fill(1.0);
    last_held_ = 1.0;
    open_frames_ = kWindow;
    hot_ = kNever;
    rough_end_ = kNever;
    taken_ = 0;
}

void TruePeakLimiter::store(std::int64_t first, audio::ConstBlockView frames) noexcept {
    for (int channel = 0; channel < audio::kListenerChannels; ++channel) {
        auto& ring = sound_[static_cast<std::size_t>(channel)];
        std::int64_t frame = first;
        for (const float sample : frames.channel(channel)) {
            ring[at(frame++)] = sample;
        }
    }
}

void TruePeakLimiter::detect(std::int64_t first, int count) noexcept {
    if (limiting_ == PeakLimiting::off) {
        return;
    }
    std::array<float, kChunk> peak{};
    for (const auto& ring : sound_) {
        std::array<float, kChunk + kTaps - 1> x{};
        const int span = count + kTaps - 1;
        float largest = 0.0F;
        for (int i = 0; i < span; ++i) {
            const float sample = ring[at(first - kTapsBefore + i)];
            x[static_cast<std::size_t>(i)] = sample;
            largest = std::max(largest, std::abs(sample));
        }
        if (largest * tap_sum_ <= kThreshold) {
            continue;
        }
        for (int i = 0; i < count; ++i) {
            float& p = peak[static_cast<std::size_t>(i)];
            p = std::max(p, std::abs(x[static_cast<std::size_t>(i + kTaps / 2 - 1)]));
        }
        for (const auto& taps : taps_) {
            std::array<float, kChunk> between{};
            for (std::size_t tap = 0; tap < taps.size(); ++tap) {
                for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
                    between[i] += taps[tap] * x[i + tap];
                }
            }
            for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
                peak[i] = std::max(peak[i], std::abs(between[i]));
            }
        }
    }
    need_gains(first, {peak.data(), static_cast<std::size_t>(count)});
}

void TruePeakLimiter::need_gains(std::int64_t first, std::span<const float> peaks) noexcept {
    std::int64_t frame = first;
    for (const float found : peaks) {
        need_[at(frame)] = 1.0;
        if (found > kThreshold) {
            const auto peak = static_cast<double>(found);
            const double decoded = kDecodedPeak * peak + kDecodedRough * roughness(frame);
            need_[at(frame)] = std::min(kCeiling / peak, kDecodedCeiling / decoded);
            hot_ = frame;
        }
        ++frame;
    }
}

double TruePeakLimiter::roughness(std::int64_t frame) noexcept {
    const std::int64_t end = frame - frame % kRoughStep;
    if (end == rough_end_) {
        return roughness_;
    }
    double roughest = 0.0;
    for (const auto& ring : sound_) {
        float sum = 0.0F;
        for (std::int64_t i = end - kRoughWindow; i < end; ++i) {
            const float step = ring[at(i)] - ring[at(i - 1)];
            sum += step * step;
        }
        roughest = std::max(roughest, static_cast<double>(sum));
    }
    rough_end_ = end;
    roughness_ = 0.5 * std::sqrt(roughest / kRoughWindow);
    return roughness_;
}

double TruePeakLimiter::next_gain(std::int64_t frame) noexcept {
    double held = 1.0 - (1.0 - last_held_) * release_coefficient_;
    if (held > kOpen) {
        held = 1.0;
    }
    if (hot_ >= frame) {
        for (int i = 0; i < kWindow; ++i) {
            held = std::min(held, need_[at(frame + i)]);
        }
    }
    held_[at(frame)] = last_held_ = held;
    open_frames_ = held < 1.0 ? 0 : std::min(open_frames_ + 1, kWindow);
    if (open_frames_ == kWindow) {
        return 1.0;
    }
    double gain = 0.0;
    for (int i = 0; i < kWindow; ++i) {
        gain += smoothing_[static_cast<std::size_t>(i)] * held_[at(frame - i)];
    }
    // Already no more than the frame needs, unless revise() has made it louder since.
    return std::min(gain, need_[at(frame)]);
}

void TruePeakLimiter::process(audio::BlockView inout) noexcept {
    for (int done = 0; done < inout.frames();) {
        const int count = std::min(inout.frames() - done, kChunk);
        const audio::BlockView part = inout.part(done, count);
        store(taken_, part);
        detect(taken_ - kTaps / 2, count);
        const auto left = part.channel(0);
        const auto right = part.channel(1);
        for (int i = 0; i < count; ++i) {
            const std::int64_t frame = taken_ + i - kLatency;
            const double gain = next_gain(frame);
            const auto to = static_cast<std::size_t>(i);
            left[to] = sound_[0][at(frame)];
            right[to] = sound_[1][at(frame)];
            if (gain != 1.0) {
                left[to] = static_cast<float>(static_cast<double>(left[to]) * gain);
                right[to] = static_cast<float>(static_cast<double>(right[to]) * gain);
            }
        }
        taken_ += count;
        done += count;
    }
}

void TruePeakLimiter::revise(audio::ConstBlockView pending) noexcept {
    EARSHOT_ASSERT(pending.frames() == kLatency);
    const std::int64_t oldest = taken_ - kLatency;
    store(oldest, pending);
    hot_ = std::min(hot_, oldest - 1);
    rough_end_ = kNever;
    detect(oldest, kLookahead);
}

}  // namespace earshot::dsp
