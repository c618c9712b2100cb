#include "common/base/clock.hpp"

#include <cmath>
#include <ctime>

namespace earshot {

std::int64_t monotonic_raw_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

LocalInstant RawLocalClock::now() const noexcept {
    return LocalInstant{std::chrono::nanoseconds{monotonic_raw_ns()}};
}

SkewedLocalClock::SkewedLocalClock(double ppm, std::chrono::nanoseconds offset) noexcept
    : base_ns_(monotonic_raw_ns()), rate_(ppm * 1e-6), offset_(offset) {}

LocalInstant SkewedLocalClock::now() const noexcept {
    return at_raw_ns(monotonic_raw_ns());
}

LocalInstant SkewedLocalClock::at_raw_ns(std::int64_t raw_ns) const noexcept {
    const auto gained = std::llround(static_cast<double>(raw_ns - base_ns_) * rate_);
    return LocalInstant{std::chrono::nanoseconds{raw_ns + gained} + offset_};
}

std::int64_t SkewedLocalClock::raw_ns(LocalInstant instant) const noexcept {
    const std::int64_t local = (instant.time_since_epoch() - offset_).count();
    return base_ns_ + std::llround(static_cast<double>(local - base_ns_) / (1.0 + rate_));
}

RawMediaClock::RawMediaClock() noexcept : epoch_ns_(monotonic_raw_ns()) {}

MediaInstant RawMediaClock::now() const noexcept {
    return MediaInstant{std::chrono::nanoseconds{monotonic_raw_ns() - epoch_ns_}};
}

}  // namespace earshot
