#include "server/source/live_clock.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::source {
namespace {

constexpr double kRate = kSampleRateHz;
constexpr double kBlockFrames = 960.0;
constexpr double kMarginFrames = 240.0;  // 5 ms for the engine's own lateness.
static_assert(kMarginFrames + LiveClock::kReserveFrames == static_cast<double>(kLiveWait.count()));
constexpr double kLeastDipFrames = 240.0;
constexpr double kMostDipFrames = 7'680.0;
constexpr double kWindowSeconds = 10.0;
constexpr double kHeldSeconds = 2.0;        // A source counts as waiting for us for so long.
constexpr double kSameSourceSeconds = 1.0;  // A shorter gap was a hiccup, not another writer.
// What a rate may be before anything is known: crystals within 100 ppm, arrivals within 5 ms.
constexpr double kPriorWeight = 2'500.0;

double to_ppm(double frames_per_second) noexcept {
    return frames_per_second / kRate * 1e6;
}

}  // namespace

double LiveClock::seconds(MediaInstant at) const noexcept {
    return std::chrono::duration<double>(at - origin_).count();
}

double LiveClock::slope() const noexcept {
    return line_.cov_ty / (line_.var_t + kPriorWeight);
}

double LiveClock::rate_ppm() const noexcept {
    return to_ppm(slope());
}

double LiveClock::line_at(double t) const noexcept {
    if (line_.weight <= 0.0) {
        return static_cast<double>(total_);
    }
    return line_.mean_y + slope() * (t - line_.mean_t) + kRate * t;
}

double LiveClock::target_frames() const noexcept {
    const double dip = std::max({dip_now_, dip_before_, kLeastDipFrames});
    return std::min(kBlockFrames + kReserveFrames + kMarginFrames + dip,
                    static_cast<double>(settings_.most_target_frames));
}

void LiveClock::add_point(double t, double total) noexcept {
    const double y = total - kRate * t;
    const double keep =
        line_.weight > 0.0 ? std::exp(-(t - line_.last_t) / settings_.smoothing_seconds) : 0.0;
    line_.weight = line_.weight * keep + 1.0;
    const double from_t = t - line_.mean_t;
    line_.mean_t += from_t / line_.weight;
    line_.mean_y += (y - line_.mean_y) / line_.weight;
    line_.var_t = line_.var_t * keep + from_t * (t - line_.mean_t);
    line_.cov_ty = line_.cov_ty * keep + from_t * (y - line_.mean_y);
    line_.last_t = t;
}

void LiveClock::note_dip(double t, double frames) noexcept {
    if (t - window_start_ >= kWindowSeconds) {
        dip_before_ = dip_now_;
        dip_now_ = 0.0;
        window_start_ = t;
    }
    dip_now_ = std::max(dip_now_, std::min(frames, kMostDipFrames));
}

void LiveClock::forget() noexcept {
    line_ = {};
    any_ = false;
}

void LiveClock::arrived(const Arrival& arrival) noexcept {
    if (origin_ == MediaInstant{}) {
        origin_ = arrival.at;
    }
    const double t = seconds(arrival.at);
    if (arrival.held_back || t < held_until_) {
        if (arrival.held_back) {
            held_until_ = t + kHeldSeconds;
        }
        forget();
        stalled_at_ = -1.0;
        total_ = arrival.total_frames;
        return;
    }
    if (arrival.total_frames <= total_) {
        return;
    }
    if (stalled_at_ >= 0.0) {
        if (any_ && t - stalled_at_ < kSameSourceSeconds) {
            note_dip(t, line_at(t) - static_cast<double>(total_));
        } else {
            dip_now_ = 0.0;
            dip_before_ = 0.0;
        }
        stalled_at_ = -1.0;
        forget();
    }
    if (!any_) {
        any_ = true;
        if (dip_now_ == 0.0 && dip_before_ == 0.0) {
            // The first burst is the only hint at how large they are.
            window_start_ = t;
            note_dip(t, static_cast<double>(arrival.total_frames - std::max(total_, consumed_)));
        }
    } else {
        note_dip(t, line_at(t) - static_cast<double>(total_));
    }
    total_ = arrival.total_frames;
    add_point(t, static_cast<double>(total_));
}

void LiveClock::stalled(MediaInstant now) noexcept {
    playing_ = false;
    stalled_at_ = seconds(now);
}

LiveClock::Step LiveClock::start(double t, std::int64_t ready, int frames) noexcept {
    const bool held = t < held_until_;
    if (!held && (!any_ || stalled_at_ >= 0.0)) {
        return {};
    }
    // The resampler takes this much ahead once.
    constexpr int kHeldByResampler = 32;
    const double missing = held ? 0.0 : std::max(0.0, target_frames() + kHeldByResampler - fill_);
    if (missing >= frames || static_cast<double>(ready) < frames - std::floor(missing) +
                                                              kReserveFrames + kHeldByResampler +
                                                              1) {
        return {};
    }
    playing_ = true;
    ppm_ = held ? 0.0 : std::clamp(rate_ppm(), -settings_.most_ppm, settings_.most_ppm);
    return {.play = true, .silent_frames = static_cast<int>(missing), .ratio = 1.0 + ppm_ * 1e-6};
}

void LiveClock::steer(double t, int frames) noexcept {
    double wanted = 0.0;
    if (t >= held_until_ && any_) {
        const double error = fill_ - target_frames();
        wanted = rate_ppm() + to_ppm(error / settings_.settling_seconds);
        wanted = std::clamp(wanted, -settings_.most_ppm, settings_.most_ppm);
    }
    const double most = settings_.most_ppm_per_second * frames / kRate;
    ppm_ += std::clamp(wanted - ppm_, -most, most);
}

LiveClock::Step LiveClock::step(
    MediaInstant now, std::int64_t consumed, std::int64_t ready, int frames, double pace) noexcept {
    if (origin_ == MediaInstant{}) {
        origin_ = now;
    }
    // Blocks are due at even distances; the engine's own lateness is averaged out.
    const double t = seconds(now);
    const double late = t - due_;
    due_ = std::abs(late) < 0.1 ? due_ + late / 64.0 : t;

    double come = static_cast<double>(total_);
    if (t >= held_until_) {
        // When nothing comes any more, the line must not go on for ever.
        const double most = come + std::max({dip_now_, dip_before_, kLeastDipFrames});
        come = std::min(line_at(due_), most);
    }
    consumed_ = consumed;
    fill_ = come - static_cast<double>(consumed);
    due_ += frames * pace / kRate;
    if (!playing_) {
        return start(t, ready, frames);
    }
    steer(t, frames);
    return {.play = true, .silent_frames = 0, .ratio = pace * (1.0 + ppm_ * 1e-6)};
}

}  // namespace earshot::source
