#pragma once

#include "common/base/time.hpp"

namespace earshot {

/// Reads the listener's clock. Injected, so that tests and simulated devices bring their own.
/// Thread: any. Real-time: yes (a vDSO read).
class LocalClockSource {
public:
    virtual ~LocalClockSource() = default;
    [[nodiscard]] virtual LocalInstant now() const noexcept = 0;
    /// The true CLOCK_MONOTONIC_RAW nanoseconds of a reading of this clock, which is that clock
    /// itself unless something else is said.
    [[nodiscard]] virtual std::int64_t raw_ns(LocalInstant instant) const noexcept {
        return instant.time_since_epoch().count();
    }
    /// The other way round.
    [[nodiscard]] virtual LocalInstant at_raw_ns(std::int64_t raw_ns) const noexcept {
        return LocalInstant{std::chrono::nanoseconds{raw_ns}};
    }
};

/// CLOCK_MONOTONIC_RAW: not slewed by NTP.
class RawLocalClock final : public LocalClockSource {
public:
    [[nodiscard]] LocalInstant now() const noexcept override;
};

/// A machine with its own crystal: `ppm` fast and `offset` ahead of CLOCK_MONOTONIC_RAW.
class SkewedLocalClock final : public LocalClockSource {
public:
    /// @param ppm     Parts per million, -1000 to 1000; positive runs fast.
    /// @param offset  Added to every reading.
    SkewedLocalClock(double ppm, std::chrono::nanoseconds offset) noexcept;
    [[nodiscard]] LocalInstant now() const noexcept override;
    [[nodiscard]] std::int64_t raw_ns(LocalInstant instant) const noexcept override;
    [[nodiscard]] LocalInstant at_raw_ns(std::int64_t raw_ns) const noexcept override;

private:
    std::int64_t base_ns_;
    double rate_;
    std::chrono::nanoseconds offset_;
};

/// Reads the server's media clock.
/// Thread: any. Real-time: yes.
class MediaClockSource {
public:
    virtual ~MediaClockSource() = default;
    [[nodiscard]] virtual MediaInstant now() const noexcept = 0;
};

/// Media clock of a running server: CLOCK_MONOTONIC_RAW since construction.
class RawMediaClock final : public MediaClockSource {
public:
    RawMediaClock() noexcept;
    [[nodiscard]] MediaInstant now() const noexcept override;
    /// CLOCK_MONOTONIC_RAW nanoseconds at media time 0 (shown in the status, for proof from
    /// outside).
    [[nodiscard]] std::int64_t epoch_raw_ns() const noexcept { return epoch_ns_; }

private:
    std::int64_t epoch_ns_;
};

/// CLOCK_MONOTONIC_RAW, in nanoseconds.
/// Thread: any. Real-time: yes.
[[nodiscard]] std::int64_t monotonic_raw_ns() noexcept;

}  // namespace earshot
