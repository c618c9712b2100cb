#include "server/session/risk_watch.hpp"

#include <algorithm>

namespace earshot::session {
namespace {

constexpr double kMostErrorUs = 20'000.0;  ///< Where a listener re-anchors.
/// Short of it a listener is one late packet from a gap. An eighth of what is sent ahead, for short
/// leads: those are for networks that can do it.
constexpr double kShortBufferMs = 50.0;
constexpr double kBufferShare = 1.0 / 8.0;
/// A retransmission takes a round trip; beyond half of what is sent ahead it comes too late.
constexpr double kDelayShare = 0.5;
/// Good enough to be at ease again.
constexpr double kEaseBuffer = 2.0;
constexpr double kEase = 0.8;

double milliseconds(Frames frames) noexcept {
    return static_cast<double>(frames.count()) * 1'000.0 / kSampleRateHz;
}

}  // namespace

std::string_view to_string(Risk risk) noexcept {
    switch (risk) {
        case Risk::none:
            return "none";
        case Risk::delay:
            return "delay";
        case Risk::buffer:
            return "buffer";
        case Risk::error:
            return "error";
        case Risk::device:
            return "device";
        case Risk::silent:
            return "silent";
        case Risk::late:
            return "late";
        case Risk::gaps:
            return "gaps";
    }
    return "unknown";
}

void RiskWatch::Slow::take(bool bad, bool good) noexcept {
    constexpr int kBad = 2;
    constexpr int kGood = 3;
    bad_ = bad ? bad_ + 1 : 0;
    good_ = good ? good_ + 1 : 0;
    if (bad_ >= kBad) set_ = true;
    if (good_ >= kGood) set_ = false;
}

void RiskWatch::connected(MediaInstant now) noexcept {
    heard_of_ = now;
}

void RiskWatch::told(const ListenerReport& report, Frames ahead, MediaInstant now) noexcept {
    heard_of_ = now;
    const Counts counts{.late = report.late,
                        .gaps = report.lost + report.concealed_frames,
                        .jumps = report.device_jumps};
    // What was before the first report was a join. Smaller ones are those of another run.
    if (any_ && counts.late > counts_.late) late_until_ = now + kHold;
    if (any_ && counts.gaps > counts_.gaps) gaps_until_ = now + kHold;
    if (any_ && counts.jumps > counts_.jumps) device_until_ = now + kDeviceHold;
    any_ = true;
    counts_ = counts;

    const double ahead_ms = milliseconds(ahead);
    const double short_ms = std::min(kShortBufferMs, ahead_ms * kBufferShare);
    buffer_.take(report.playing && report.buffer_ms < short_ms,
                 !report.playing || report.buffer_ms > kEaseBuffer * short_ms);
    const double long_us = ahead_ms * kDelayShare * 1e3;
    delay_.take(report.rtt_us > long_us, report.rtt_us < kEase * long_us);
    error_.take(report.playing && report.error_p99_us > kMostErrorUs,
                !report.playing || report.error_p99_us < kEase * kMostErrorUs);
}

Risk RiskWatch::at(MediaInstant now) const noexcept {
    if (now < gaps_until_) return Risk::gaps;
    if (now < late_until_) return Risk::late;
    if (now - heard_of_ > kSilence) return Risk::silent;
    if (now < device_until_) return Risk::device;
    if (error_.set()) return Risk::error;
    if (buffer_.set()) return Risk::buffer;
    return delay_.set() ? Risk::delay : Risk::none;
}

}  // namespace earshot::session
